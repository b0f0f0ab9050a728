"""Strings that tokenizers get wrong."""

WORDS = [
    "", " ", "  ", "   ", "a", " a", "a ", "  a", "a  ", "  a  b  ", "Hello", "Hello, world!", " Hello world",
    "The cache keeps what was computed once.", "hello world this is the cache", "HELLO", "hElLo WoRlD",
    "qzqz", " qzqz", "qzqzq", "zquux", " zquux", " zquux zquux", "qzqz qzqz", "aqzqz", "999", "9999", " 999",
]
CONTRACTIONS = [
    "it's", "It'S", "IT'S", "they're we've I'm he'll she'd can't", "THEY'RE WE'VE I'M HE'LL SHE'D CAN'T",
    "'s", "'S", "''s", "' s", "'re're", "'ve'VE'vE", "'l", "'ll", "'lll", "'d'", "o'clock", "rock'n'roll",
    "it’s", "'ſ", "it'ſ", "I'ſ ok", "'ste", "'The", " 'tis", "a'b'c", "1's", "!'s", "\n's", "'\n", "'",
]
NUMBERS = [
    "0", "12", "123", "1234", "12345", "1234567890", " 123", "1 2 3", "1,000,000", "3.14159", "-5", "0x7fff",
    "a1", "1a", "a1b2c3", "v1.2.3", "2026-11-23 13:35", "٣٤٥", "१२३४", "½¾", "²³¹", "①②③④", "ⅣⅫ", "1²", "𝟘𝟙𝟚𝟛", "12٣४", "௧௨",
    "1e-05", "50%", "€100", "１２３４",
]
SPACES = [
    "\n", "\n\n", "\n\n\n", "\n\n\n\n", "\r\n", "\r\n\r\n", "\r", "\r\r", "\n\r", " \n", "\n ", " \n ", "  \n  ", "a\n", "a \n", "a \nb",
    "a\n b", "a\n\n b", "a  \n\n  b", "a\r\nb\r\n", "\t", "\t\t", " \t", "\t ", "a\tb", "a\t\tb", "a \t b", "  \t\t", "   \t\t", "x  \t\ty",
    "\t\tif x:\n\t\t\treturn\n", "    four", "     five", "        eight", "a        b", "a\u00a0b", "a\u00a0\u00a0b", "\u3000全角", "a\u2003b",
    "a\u200bb", "a\u200db", "\ufeffbom", "a\u2028b\u2029c", "a\u0085b", "\x0b\x0c", "a\x0bb", "\x1c\x1d\x1e\x1f", "a\x1cb", "\u180e", "\u1680x",
    "end   ", "end\n\n\n", "end \n \n", "!\n\n", "!!\r\n\r\n!", " !\n", ".\n.", "...\n\n...", "\n!", "\x00", "a\x00b", "\x7f",
]
SCRIPTS = [
    "你好，世界！", "缓存保存已经计算过的内容", "缓存库", " 缓存库", "你好 世界", "こんにちは世界", "カタカナ", "ｶﾀｶﾅ", "안녕하세요 세계", "\u1112\u1161\u11ab",
    "مرحبا بالعالم", "مَرْحَبًا", "السؤال؟", "नमस्ते दुनिया।", "हिन्दी", "क्षत्रिय", "สวัสดีชาวโลก", "ภาษาไทย", "שלום עולם", "שָׁלוֹם",
    "Привет, мир!", "ПРИВЕТ'S", "Γειά σου", "ΣΑΣ", "İstanbul ıi", "Straße ẞ", "ǅungla", "ʰʷ", "ªº", "naïve façade", "nai\u0308ve", "e\u0301e\u0301",
    "\u0301", " \u0301", "a\u0301\u0302\u0303b", "o\u0302\u0323 !\u0301", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞", "𐍈𐌰", "𠀀𠀁", "𒀀𒀁", "ꙮ", "ᏣᎳᎩ",
    "\U000e0041", "\ue000", "\uffff", "\U0010ffff", "\u0378", "ﬁ", "Å Å", "\u1d2c",
]
SYMBOLS = [
    "😀", "😀😀", " 😀", "a😀b", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪🇫🇷", "❤️", "☃", "→←", "…—", "“quoted”", "‘single’s", "!!!", "!?!?", "a!b", " !", "  !", "! !",
    "_", "__init__", "snake_case_name", "camelCaseName", "a-b", "a--b", "#hashtag @user", "$100", "\\n\\t", "C:\\path\\to", "<a href=\"x\">", "a+b=c",
    "if (x == 1) { return -1; }\n", "{\"role\": \"user\", \"n\": 12345}", "https://example.org/index.html?q=1&r=2", "user@example.org", "¡Hola!", "«guillemets»",
    "`code`", "```swift\nlet x = 1\n```\n", "# Title\n\n- item\n- item\n", "~!@#$%^&*()_+", "a...b", "¯\\_(ツ)_/¯", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "====================", "thethethethe", " the the  the",
]
SPECIALS = [
    "<|begin_of_text|>", "<|begin_of_text|>Hello", "Hello<|end_of_text|>", "<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\n",
    " <|im_start|> user", "<|im_start|><|im_start|>", "<|im_start", "<|im_start|", "<<|im_start|>>", "<|im_<|im_start|>start|>", "<|IM_START|>",
    "<think>", "<think>hm</think>", " <think> ", "<think", "<<think>>", "<think><tool_call></think>", "naïve_token", "a naïve_token.", "naïve_tokens",
    "nai\u0308ve_token", "@@a", "a@@@", "@@a@@@", "@@a@@", "@@@a@@@@", "a@@a@@@a", "x  \t\t  y", "<|unknown_token|>", "<think>  \t\t<|im_end|>",
    "<|start_header_id|>system<|end_header_id|>\n\nIt's 1234 o'clock.<|im_end|>",
]

TEXTS = WORDS + CONTRACTIONS + NUMBERS + SPACES + SCRIPTS + SYMBOLS + SPECIALS

# Whole words that no merge reaches.
UNREACHABLE = ["qzqz", " zquux", "999", "\n\n\n\n", " 缓存库"]
