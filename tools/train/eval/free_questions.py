# SPDX-License-Identifier: Apache-2.0
"""Questions that no picture of these sets answers and that no template of the generators is like."""

FREE = """Which actor plays the lead in that series?
How long does it take to learn the violin?
What was your favourite subject at school?
Could you remind me to water the plants?
How deep is the ocean near Iceland?
Who wrote the novel I am reading?
Is tomorrow a public holiday?
How many moons does Jupiter have?
What rhymes with silver?
Which river is longer, the Danube or the Rhine?
Why did the chicken cross the road?
What would a lawyer say about that?
How do vaccines work?
Where did I leave my keys?
Which planet is closest to the sun?
How do I tie a bow tie?
What did the designer have for breakfast?
Is there life on Mars?
When does the next ferry leave for the island?
What does this person dream about?
How loud was it in the room?
Who was standing behind the photographer?
How many people have seen this before me?
What is the boiling point of ethanol?
Can you lend me some money?
Which programming language should I learn first?
How old was Mozart when he died?
What will the exchange rate be next week?
Does my neighbour like jazz?
What is the tallest mountain in Africa?
Who translated the Bible into German?
Which medicine helps against headaches?
How is glass made?
What did they talk about afterwards?
Do penguins have knees?
When was the printing press invented?
How expensive is a flight to the moon?
What is the author's phone carrier?
Which of my friends would enjoy this?
Is the owner of this left-handed?
What happened on the third of May 1808?
How many grains of sand are on a beach?
Where can I get this repaired?
What was the weather like when this was made?
Who pays for all of this?
Which key is the song in?
How do bees find their way home?
What is seven to the power of five?
Was the person in a hurry?
Which religion is practised there?""".splitlines()
