# SPDX-License-Identifier: Apache-2.0
"""Questions that the picture cannot answer: what is not on it, and what the model was never taught."""

from data.canvas import Question
from data.phrasing import CANNOT_TELL, NOT_SHOWN
from data.words import CITIES, FIRST, ITEMS, bucket

# Asked of pictures of other families, where they have no answer.
FAMILIES = {
    "clock": ["What time does the clock show?", "What time is it on the clock?", "Read the clock.", "Where does the hour hand point?"],
    "gauge": ["What does the gauge show?", "What is the reading of the dial?", "What does the thermometer show?", "How full is the battery?", "What is the temperature?"],
    "receipt": ["What is the total?", "How much is the tax?", "How much was paid in cash?", "What is the name of the shop?", "How much does the milk cost?", "How much is the bread?",
                "What is the subtotal?", "What is the receipt number?", "Who is the cashier?"],
    "form": ["What is the date of birth?", "What is the phone number?", "What is the email address?", "What is the serial number?", "Who is the customer?", "When does it expire?",
             "What is the flight number?", "What is the address?", "What is the invoice number?", "Which gate is it?"],
    "chart": ["Which bar is the highest?", "What is the title of the chart?", "Which slice is the largest?", "What is the value of the red bar?", "What does the chart show?"],
    "ui": ["Which button is on the left?", "What does the button say?", "Is Wi-Fi on or off?", "Which tab is selected?", "Which menu is open?", "Which option is selected?"],
    "dice": ["What number does the die show?", "What is the sum of the dice?", "How many dots are on the domino?"],
    "chess": ["On which square is the king?", "Which piece is on e4?"],
    "display": ["What number is on the display?", "Read the display."],
    "flag": ["Which country's flag is this?", "Whose flag is this?"],
    "reading": ["What does the sign say?", "What does the label say?", "What is written on the sign?", "Read the text.", "What word is shown?"],
    "scene": ["What colour is the cat?", "Where is the dog?", "What colour is the car?", "What is the dog holding?", "Where is the red star?", "What is left of the tree?"],
}
# Never taught: opinions, knowledge, causes, predictions, tasks.
OPEN = """What is the capital of {city}?|Who painted this picture?|Who took this picture?|Where was this picture taken?|When was this picture made?|Who made this?|What is the meaning of life?
Why is it like this?|Is this a good idea?|What should I do next?|What will happen next?|How do you feel about this?|Who won the election?|What is the weather in {city} today?
How far is it to {city}?|What is {a} plus {b}?|What is {a} times {b}?|Translate this into French.|Translate it to German.|Write a poem about {item}.|Tell me a joke.|Sing a song.|How old are you?
What is your name?|Who are you?|Who is the president?|How do I cook {item}?|What does {name} think of this?|Is {name} happy?|Where does {name} live?|What is the population of {city}?
Which film is this from?|What brand is it?|What is it made of?|How heavy is this?|How much does this cost in {city}?|Is it safe to eat?|Is it healthy?|What smell does it have?|What sound does it make?
How was this made?|Who invented this?|In which year was it built?|What camera was used?|What font is this?|Is this real?|Is this art?|What is behind it?|What is outside the picture?
What happened before this?|Who owns this?|What is the password?|What is my name?|Where am I?|What day is tomorrow?|Can you book a flight to {city}?|Send an email to {name}.|Open the door.
Call {name}.|Play some music.|What is the square root of {a}?|Explain quantum physics.|What is the best {item}?|Do you like {item}?|How tall is {name}?|What language is spoken in {city}?
What is the moral of the story?|Summarise the history of {city}.|Is the stock price rising?|Should I buy {item}?|What time zone is {city} in?|Which team will win?|Diagnose this X-ray.
What disease is this?|Is this mushroom poisonous?|What plant species is this?|Who is this person?|What emotion does she feel?|How many calories does it have?|What is the speed of light?
Who designed this?|What did it cost to make?|Which company sells it?|How long did this take?|Can I return this?|Is it waterproof?|How fast can it go?|Who is the boss here?
What does my mother think of it?|How do I fix this?|What is the third word of the Bible?|Which wine goes with {item}?|How many grams are in a pound?|What is {a} minus {b}?|When will {name} arrive?
Is {name} married?|What did {name} say?|Which bus goes to {city}?|When was {city} founded?|Is it raining in {city}?|Who is the mayor of {city}?|How much does a house in {city} cost?|Where is {city}?
What is the history of this?|Is this legal?|Does {name} agree?|How does it work?|Will it break?|Is {item} good for children?|Where does {item} come from?|How long does {item} keep?|Who likes {item}?
What is under the table?|Which song is this?|Can you hear that?|What does it feel like?|Is anyone at home?|Did you sleep well?|Tell me about yourself.|What is your favourite colour?|Are you a robot?
Which year was {name} born?|What is the opposite of cold?|Spell the word {item}.|How do you say {item} in Spanish?|Is the earth flat?|How many days are in a year?|What is the longest river?
Who discovered America?|Which animal is the fastest?|What is the chemical formula of water?|When does the shop open?|May I borrow this?|Should {name} worry?|Is there any {item} left in the kitchen?
Write code that sorts a list.|Recommend a restaurant in {city}.|What year is it?|How many people live in {city}?|Why is the sky blue?|What is love?|Draw a picture of {item}.
Which train goes to {city}?|Who taught {name}?|Do fish sleep?|When is {name}'s birthday?|What does {item} smell like?|Who invented {item}?
Which sport does {name} like?|How many stars are in the sky?|Will {name} come too?|What is the currency in {city}?|Where did {name} grow up?|Can {name} swim?
Is {city} bigger than Rome?|Who composed this music?|What is inside the box?|How do I clean {item}?|Which king built it?|Is it hot in {city}?|Who lost the game?
Why did {name} leave?|Which newspaper printed it?|What happens at the end?|What is the best time to visit {city}?""".replace("\n", "|").split("|")


def open_question(rng, held_out):
    while True:
        template = rng.choice(OPEN)
        if (bucket(template) == 0) == held_out:
            return template.format(city=rng.choice(CITIES), item=rng.choice(ITEMS), name=rng.choice(FIRST), a=rng.randint(2, 99), b=rng.randint(2, 99))


def foreign_question(rng, families):
    """A question of a family that this picture does not belong to."""
    return rng.choice(FAMILIES[rng.choice([f for f in FAMILIES if f not in families])])


def refusal(rng, world, questions, families):
    """One unanswerable question for this picture, with its answer."""
    roll, missing = rng.random(), [q for q in questions if q.task == "missing"]
    if roll < 0.55 and missing:
        return Question("refusal", rng.choice(missing).question, NOT_SHOWN)
    if roll < 0.72:
        return Question("refusal", foreign_question(rng, families), NOT_SHOWN)
    return Question("refusal", open_question(rng, world.held_out), CANNOT_TELL)
