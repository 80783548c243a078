# SPDX-License-Identifier: Apache-2.0
"""Seeded mixed-script strings and a small training text, all composed here from word lists."""

import numpy as np

WORDS = {
    "latin": "the lightning strikes a bright anvil while three smiths watch Hello World don't we've they'll I'm she'd "
             "it's you're HTTPServer camelCase iPhone naïve café Straße Ærø şeker łódź réception œuvre".split(),
    "vietnamese": "tiếng Việt đường phố bầu trời đẹp những người thợ rèn".split(),
    "cyrillic": "молния бьёт в наковальню Привет мир кузнец ЭВМ объём".split(),
    "greek": "κεραυνός Κύκλωπες Άργης φωτιά ΣΊΣΥΦΟΣ ὁδός".split(),
    "arabic": "البرق يضرب السندان مرحبا بالعالم كِتَابٌ ٱلله".split(),
    "hebrew": "שלום עולם בָּרָק אש".split(),
    "devanagari": "नमस्ते दुनिया बिजली क्षत्रिय ज्ञान हिन्दी".split(),
    "bengali": "বিদ্যুৎ আকাশ স্বাগতম".split(),
    "tamil": "மின்னல் வணக்கம் உலகம்".split(),
    "thai": "ฟ้าผ่า สวัสดีชาวโลก ช่างตีเหล็ก".split(),
    "georgian": "გამარჯობა ელვა სამყარო ᲔᲚᲕᲐ".split(),
    "armenian": "Բարեւ կայծակ աշխարհ".split(),
    "ethiopic": "ሰላም መብረቅ ዓለም".split(),
    "chinese": "闪电 击中 铁砧 你好 世界 嘉祺 图像理解 龍 𠮷野家 繁體中文".split(),
    "japanese": "稲妻 こんにちは世界 カタカナ ｶﾀｶﾅ ひらがな 東京都 が".split(),
    "korean": "번개 안녕하세요 세계 대장장이 한글".split(),
    "digits": "0 7 42 123 1234 12345 1000000 3.14159 1,234.56 ١٢٣ ४५६ Ⅷ ½ x² 2026-11-22 0xFF".split(),
    "emoji": ["😀", "⚡", "👩‍🚀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇫🇷", "❤️", "1️⃣", "🧑🏿‍🤝‍🧑🏻", "©", "™"],
    "code": ["int main() {", "return 0;", "}", "//", "/* x */", "a->b", "x != y", "std::vector<int>", "def f(x):",
             "lambda: 0", "<div class=\"a\">", "{{'k': [1, 2]}}", "#include <a.h>", "$HOME/.x", "C:\\dir", "a_b-c", "==>",
             ".chromium", "https://example.org/a?b=c&d=%20", "\\n", "`x`", "--flag=1", ";\n//", "};\n\n"],
    "punctuation": ["...", "—", "“quoted”", "‘s", "’s", "'", "\"", "!?", "。", "，", "「」", "¿", "¡", "•", "…", "/", "//\n"],
    "marks": ["e\u0301", "n\u0303o", "Z\u0335\u0321a\u0334l\u0327", "\u0301start", "क\u093c", "a\u20e3", "\u200d", "\u200b",
              "\ufeff", "\u00ad"],
}
SPACES = [" ", " ", " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", " \t ", "\u00a0", "\u3000", "\u2009", " \n ", "",
          "", "\u0085", "\u2028", "\x0b", "\x0c", "\n\n\n   ", "        "]
SPECIAL_CASES = [
    "", " ", "  ", "\n", "\r", "\r\n", "\t\t", " \n", "\n ", "a", " a", "a ", "Hello", " the", ".chromium", "嘉祺", "'s", "'S",
    "it'S", "IT'S", "don't", "DON'T", "we'Ve", "'ll'd", "x'ſ", "'ſ", "\u0000", "a\u0000b", "\u0001\u0002", "\u001c", "a\u001cb",
    "\u007f", "\u0085", "a\u0085b", "\u180e", "a \u180e b", "\u200b\u200b", "\ufeffabc", "\ufffd", "\ue000", "\U000f0000",
    "\U0010ffff", "\ufdd0", "İstanbul", "ı", "ǅ", "ʰa", "ªº", "ﬁne", "Ⅷ", "²³", "٣", "12", "123", "1234", " 1234", "1 2 34567",
    "١٢٣٤٥", "a1b2c3", "...", " ...", "...\n", "!\n\n/", " !\r\n//", "/\n/\n", "a/\n", "\n/a", "   x", "x   ", "x   y", "\u3000字",
    "字\u3000 x", "<image>", "<end_of_sentence>", "]!p~[", "]~b]", "<think>", "CamelCaseWord", "ABCdef", "ABC", "aBC", "AbC dE",
    "éÉ", "e\u0301E\u0301", "\u0301", " \u0301a", "्", "नमस्ते", "ไทย", "👩‍🚀", "🏳️‍🌈", "\u200d", "a\u200db", "1️⃣", "🇫🇷🇩🇪", "ꟲ",
    "a" * 200, " " * 100, "\n" * 50, "ab" * 90, "9" * 100, "!" * 120, "é" * 60, "字" * 60, "😀" * 40, "\t \t \t", "a\tb\tc",
    "'" * 20, "’s ’t", "O'Reilly's", "l'été", "rock'n'roll", "y'all'd've",
]
RANGES = [(0x20, 0x7F), (0xA0, 0x250), (0x250, 0x370), (0x370, 0x530), (0x590, 0x800), (0x900, 0x1000), (0x1000, 0x1200),
          (0x1E00, 0x2000), (0x2000, 0x2070), (0x2070, 0x2400), (0x2500, 0x2800), (0x3000, 0x3100), (0x4E00, 0x9FA6),
          (0xAC00, 0xD7A4), (0xF900, 0xFB00), (0xFE00, 0xFE10), (0xFF00, 0xFFE0), (0x10300, 0x10340), (0x1D400, 0x1D7CC),
          (0x1F300, 0x1F650), (0x20000, 0x20100), (0x0, 0x20), (0xE000, 0xE010), (0xE0100, 0xE0110)]


def mixed_strings(count: int, seed: int, longest: int = 200) -> list[str]:
    """Distinct strings: the special cases, then sentences in one script, mixed scripts, and raw code points."""
    rng = np.random.Generator(np.random.PCG64([seed, count]))
    found = dict.fromkeys(SPECIAL_CASES[:count])
    makers = [_one_script, _one_script, _all_scripts, _all_scripts, _code_points]
    while len(found) < count:
        found[makers[int(rng.integers(len(makers)))](rng)[:longest]] = None
    return list(found)


def training_text(seed: int, others: list[str], sentences: int = 1500) -> list[str]:
    """Sentences for the tiny tokenizers: one half Latin, the rest drawn from `others`."""
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    scripts = ["latin"] * len(others) + others
    return [_sentence(rng, [scripts[int(rng.integers(len(scripts)))]], [" "]) for _ in range(sentences)]


def _one_script(rng) -> str:
    return _sentence(rng, [list(WORDS)[int(rng.integers(len(WORDS)))]], SPACES)


def _all_scripts(rng) -> str:
    return _sentence(rng, list(WORDS), SPACES)


def _sentence(rng, scripts: list[str], spaces: list[str]) -> str:
    out = ""
    for _ in range(int(rng.integers(1, 14))):
        words = WORDS[scripts[int(rng.integers(len(scripts)))]]
        out += words[int(rng.integers(len(words)))] + spaces[int(rng.integers(len(spaces)))]
    return out if rng.random() < 0.5 else out.rstrip()


def _code_points(rng) -> str:
    ranges = [RANGES[int(i)] for i in rng.integers(0, len(RANGES), int(rng.integers(1, 4)))]
    picks = [ranges[int(i)] for i in rng.integers(0, len(ranges), int(rng.integers(1, 30)))]
    return "".join(chr(int(rng.integers(low, high))) for low, high in picks)
