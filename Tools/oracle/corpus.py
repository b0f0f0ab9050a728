"""The text the small vocabularies are trained on: many scripts, so that merges cross every class of character."""

_ENGLISH = """
The cache keeps what was computed once, and the next request that starts with the same words pays nothing for them.
It's the reader who'll decide; we've measured, they're waiting, I'm sure he'd agree, and you can't say we didn't.
IT'S LOUD, THEY'RE HERE, WE'LL SEE. A server answers requests in the order in which their prompts are ready.
When the blocks run out, the engine takes back the leaf that nobody has used for the longest time.
Once upon a time there was a small model which could not speak, yet it answered every question that it was asked.
"""

_CODE = """
func attach(_ path: [TokenID], at offset: Int) throws -> Lease {
    guard offset < path.count else { throw CacheError.outOfRange(offset: offset) }
    for index in 0..<offset { counts[index] += 1 }
\treturn Lease(node: node, tokens: path[..<offset])
}
int main(void) { printf("%d\\n", 0x7fff); return a->b == c ? 1 : -1; }\r\n
{"role": "user", "content": "Hello!", "max_tokens": 64, "temperature": 0.0, "stream": true}
<div class="row"><a href="https://example.org/index.html?q=1&r=2">link</a></div>
"""

_NUMBERS = """
0 1 2 10 11 12 99 100 101 123 1234 12345 123456 1,000,000 3.14159 2.718281828 1e-05 2026-11-23 13:35:00 127.0.0.1:8080
"""

_SCRIPTS = """
缓存保存已经计算过的内容，下一个请求不用再付一次。你好，世界！模型回答问题。今天天气很好。
こんにちは世界。これはテストです。カタカナとひらがな。안녕하세요 세계 모델이 대답합니다
مرحبا بالعالم. هذا نص عربي قصير للتجربة، والنموذج يجيب عن السؤال.
नमस्ते दुनिया। यह एक छोटा हिन्दी वाक्य है। मॉडल उत्तर देता है।
Привет, мир! Это небольшой текст для проверки. Модель отвечает на вопрос.
Γειά σου Κόσμε. Ένα μικρό κείμενο. שלום עולם. สวัสดีชาวโลก
Ünïcödé façade naïve coöperate Straße œuvre Łódź İstanbul ǅ ʰ ª º
"""

_SYMBOLS = """
😀 😂 👍 👍🏽 🎉🎉 👨‍👩‍👧‍👦 🇩🇪🇫🇷 ❤️ ☃ ✓ → ← … — “quoted” ‘single’ €100 £5 ½ ² ³ ① Ⅳ ٣ ३
e\u0301 a\u0308 n\u0303 o\u0302\u0323 \u0915\u094d\u0937 !!! ??? ... --- === *** ### $$$ @user #tag \\path\\to
"""

_SPACES = "a  b   c    d        e\n\n\nf\n\n  g\r\nh\r\n\r\ni\tj\t\tk\u00a0l\u3000m\u2003n \n \n  \n    \n        \n"

TEXT = [_ENGLISH * 3, _CODE * 2, _NUMBERS * 2, _SCRIPTS * 2, _SYMBOLS * 2, _SPACES * 3]
