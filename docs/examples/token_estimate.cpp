// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT
//
// docs/examples/token_estimate.cpp: what `estimate_text` says of texts in many scripts, beside what tokenizers make
// of them. Prints the table of docs/token-estimate.md; fails if an estimate is below the largest of these.
//
// run

#include <aramid/adapters/estimated.hpp>
#include <aramid/aramid.hpp>

#include <algorithm>
#include <cstdio>
#include <string_view>

using namespace aramid;

namespace {

struct Sample {
  const char* what;
  const char* text;
  std::int64_t counted[4];  // by o200k, Llama 3, Gemma 3, Qwen 3
};

constexpr Sample samples[] = {
    {"English",
     "Every call to a remote service can fail, and most of the ways in which it fails are "
     "dull. The line is cut, the queue is full, somebody restarts a server in the middle of "
     "an answer. A good client does not treat all of these alike: it waits when waiting helps,"
     " asks somebody else when it does not, and says plainly what went wrong when there is "
     "nothing left to try.",
     {82, 82, 81, 82}},
    {"English, short words", "I am a big fan of it. Is it so? No, it is not. Go!", {20, 20, 20, 20}},
    {"English, capitals",
     "WARNING: DO NOT DISCONNECT THE POWER SUPPLY WHILE THE FIRMWARE UPDATE IS RUNNING.",
     {21, 18, 19, 18}},
    {"German",
     "Jeder Aufruf eines entfernten Dienstes kann scheitern, und meistens scheitert er auf "
     "langweilige Weise. Die Leitung bricht ab, die Warteschlange ist voll, jemand startet "
     "mitten in einer Antwort den Server neu. Ein guter Klient behandelt diese Fehlermöglichke"
     "iten nicht alle gleich: Er wartet, wenn Warten hilft, und fragt sonst jemand anderen.",
     {75, 94, 80, 91}},
    {"French",
     "Chaque appel à un service distant peut échouer, et le plus souvent il échoue de façon "
     "banale. La ligne est coupée, la file d'attente est pleine, quelqu'un redémarre un "
     "serveur au milieu d'une réponse. Un bon client ne traite pas tous ces cas de la même "
     "manière : il attend quand il est utile d'attendre, et s'adresse sinon à quelqu'un "
     "d'autre.",
     {83, 99, 92, 99}},
    {"Polish",
     "Każde wywołanie zdalnej usługi może się nie udać, a najczęściej dzieje się "
     "to w sposób zupełnie zwyczajny. Połączenie zostaje przerwane, kolejka jest pełna, "
     "ktoś uruchamia serwer ponownie w środku odpowiedzi. Dobry klient nie traktuje wszystkich"
     " tych przypadków jednakowo: czeka, gdy czekanie pomaga.",
     {86, 105, 78, 92}},
    {"Vietnamese",
     "Mọi lời gọi đến một dịch vụ từ xa đều có thể thất bại, và "
     "phần lớn thất bại theo những cách rất bình thường. Đường truyền "
     "bị ngắt, hàng đợi đã đầy, ai đó khởi động lại máy chủ giữa "
     "chừng một câu trả lời. Một chương trình tốt không xử lý tất cả "
     "các trường hợp như nhau.",
     {74, 70, 69, 71}},
    {"Russian",
     "Любой вызов удалённой службы может не удаться, "
     "и чаще всего причина самая обыкновенная. Линия "
     "обрывается, очередь переполнена, кто-то перезапускает "
     "сервер посреди ответа. Хороший клиент не относится "
     "ко всем этим случаям одинаково: он ждёт, когда "
     "ожидание помогает, и обращается к другому, когда "
     "не помогает.",
     {79, 90, 78, 98}},
    {"Greek",
     "Κάθε κλήση σε μια απομακρυσμένη υπηρεσία μπορεί "
     "να αποτύχει, και συνήθως αποτυγχάνει με τον πιο "
     "συνηθισμένο τρόπο. Η γραμμή κόβεται, η ουρά είναι "
     "γεμάτη, κάποιος επανεκκινεί έναν διακομιστή στη "
     "μέση μιας απάντησης.",
     {79, 82, 78, 185}},
    {"Arabic",
     "كل استدعاء لخدمة بعيدة قد يفشل، وغالبا ما يفشل "
     "لأسباب عادية تماما. ينقطع الخط، أو تمتلئ قائمة "
     "الانتظار، أو يعيد شخص ما تشغيل الخادم في منتصف "
     "الإجابة. البرنامج الجيد لا يتعامل مع كل هذه الحالات "
     "بالطريقة نفسها.",
     {63, 80, 70, 76}},
    {"Hebrew",
     "כל קריאה לשירות מרוחק עלולה להיכשל, ולרוב היא נכשלת "
     "בדרכים רגילות לגמרי. הקו נקטע, התור מלא, מישהו מפעיל "
     "מחדש את השרת באמצע תשובה. לקוח טוב אינו מתייחס "
     "לכל המקרים האלה באותו אופן.",
     {68, 172, 78, 60}},
    {"Hindi",
     "किसी दूरस्थ सेवा को किया गया हर अनुरोध "
     "विफल हो सकता है, और अधिकतर वह बहुत "
     "साधारण कारणों से विफल होता है। लाइन "
     "कट जाती है, कतार भर जाती है, कोई उत्तर "
     "के बीच में सर्वर को फिर से चालू कर "
     "देता है। अच्छा प्रोग्राम इन सब को "
     "एक जैसा नहीं मानता।",
     {75, 118, 61, 215}},
    {"Tamil",
     "தொலைவில் உள்ள ஒரு சேவைக்கு செய்யப்பட"
     "ும் "
     "ஒவ்வொரு அழைப்பும் தோல்வியடையலாம். "
     "இணைப்பு துண்டிக்கப்படுகிறது, வரிசை "
     "நிரம்பிவிடுகிறது, யாரோ ஒருவர் பதிலின் "
     "நடுவில் சேவையகத்தை மீண்டும் தொடங்கு"
     "கிறார்.",
     {62, 258, 45, 210}},
    {"Thai",
     "การเรียกใช้บริการระยะไกลทุกครั้งอ"
     "าจล้มเหลวได้ "
     "และส่วนใหญ่ก็ล้มเหลวด้วยเหตุธรรมดา "
     "สายถูกตัด คิวเต็ม หรือมีคนเริ่มเซิ"
     "ร์ฟเวอร์ใหม่กลางคำตอบ "
     "โปรแกรมที่ดีจะไม่จัดการทุกกรณีเหม"
     "ือนกัน",
     {67, 83, 54, 98}},
    {"Georgian",
     "დაშორებული სერვისის ყოველი გამოძახება "
     "შეიძლება წარუმატებლად დასრულდეს. "
     "ხაზი წყდება, რიგი სავსეა, ვიღაც პასუხის "
     "შუაში სერვერს ხელახლა რთავს.",
     {51, 258, 60, 139}},
    {"Chinese",
     "对远程服务的每一次调用都可能失败，而且大多数失败的原因都很平常。"
     "线路中断了，队列满了，有人在回答到一半时重新启动了服务器。"
     "好的客户端不会用同样的方式对待所有这些情况：等待有用的时候就等待，"
     "没有用的时候就去问别人。",
     {71, 77, 59, 62}},
    {"Chinese, traditional",
     "對遠端服務的每一次呼叫都可能失敗，而且大多數失敗的原因都很平常。"
     "線路中斷了，佇列滿了，有人在回答到一半時重新啟動了伺服器。"
     "好的用戶端不會用同樣的方式對待所有這些情況。",
     {74, 74, 57, 59}},
    {"Japanese",
     "遠くのサービスを呼び出すときはいつでも失敗する可能性があり、"
     "その理由の多くはごくありふれたものです。回線が切れたり、"
     "待ち行列がいっぱいになったり、回答の途中で誰かがサーバーを再起動し"
     "たりします。"
     "よいクライアントは、これらをすべて同じようには扱いません。",
     {93, 83, 67, 75}},
    {"Korean",
     "원격 서비스를 호출할 때는 언제든지 실패할 수 있으며, 대부분의 "
     "실패 원인은 아주 평범합니다. 회선이 끊기거나 대기열이 가득 "
     "차거나 누군가가 응답 도중에 서버를 다시 시작합니다. 좋은 클라이언트는 "
     "이 모든 경우를 똑같이 다루지 않습니다.",
     {74, 77, 65, 81}},
    {"emoji",
     "🎉🚀 Shipped! 👩‍💻👍🏽 ❤️ 🇫🇷🇯🇵 😀😃😄 🧑🏿‍🚀 "
     "✅ ➡️ 🔥🔥",
     {44, 59, 30, 38}},
    {"mathematics", "∀x∈ℝ: ∑ᵢ₌₁ⁿ xᵢ² ≥ 0 ⇒ √(a²+b²) ≤ |a|+|b|, α≈β·10⁻³", {51, 52, 38, 45}},
    {"C++",
     "template <class Value>\nstd::optional<Value> Cache<Value>::find(std::string_view key) "
     "const {\n    const std::scoped_lock lock{mutex_};\n    for (std::size_t i = 0; i < entri"
     "es_.size(); ++i) {\n        if (entries_[i].key == key && !entries_[i].expired(clock_.no"
     "w())) {\n            return entries_[i].value;  // a copy, so that the lock may go\n"
     "        }\n    }\n    return std::nullopt;\n}",
     {110, 110, 124, 110}},
    {"Python",
     "def merge_intervals(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:\n   "
     " \"\"\"Joins all that overlap; sorted by their beginnings.\"\"\"\n    merged = []\n "
     "   for begin, end in sorted(intervals):\n        if merged and begin <= merged[-1][1]:\n"
     "            merged[-1] = (merged[-1][0], max(merged[-1][1], end))\n        else:\n  "
     "          merged.append((begin, end))\n    return merged",
     {98, 97, 109, 97}},
    {"JSON",
     "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\",\"description\":\"The"
     " city and the state\"},\"unit\":{\"type\":\"string\",\"enum\":[\"celsius\",\"fahrenheit\""
     "]},\"days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":14}},\"required\":[\"city\"]"
     ",\"additionalProperties\":false}",
     {62, 60, 62, 61}},
    {"HTML",
     "<table class=\"grid\">\n  <tr><td colspan=\"2\"><a href=\"/items/42?sort=asc&amp;page=7\""
     ">Next &raquo;</a></td></tr>\n  <tr><td>Name</td><td>Price</td></tr>\n</table>",
     {60, 60, 52, 61}},
    {"a log",
     "2026-03-01T14:05:59.123Z INFO  [worker-7] request id=req_8f2a took 1532 ms, status 200, "
     "4096 bytes\n2026-03-01T14:06:01.007Z ERROR [worker-3] connect to 10.0.12.7:5432 refused "
     "(errno 111), retry 2 of 5",
     {91, 91, 122, 121}},
    {"numbers",
     "2026-03-01,14:05:59,1048576,3.14159265,0.000125,99999\n2026-03-02,09:17:42,2097152,2.718"
     "28182,0.000250,12345\n1234567890123456789012345678901234567890",
     {76, 76, 148, 148}},
    {"hex",
     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n550e8400-e29b-41d4-a71"
     "6-446655440000",
     {62, 62, 96, 94}},
    {"base64",
     "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO"
     "9TXL0Y4OHwAAAABJRU5ErkJggg==",
     {66, 67, 69, 69}},
};

// Stands for a tokenizer of your own.
std::int64_t my_tokens(std::string_view text) { return static_cast<std::int64_t>(text.size()); }

// Stands for a provider.
Outcome<Completion> model(const ChatRequest&, Context&) { return Completion{}; }

}  // namespace

int main() {
  std::puts("| text | bytes | estimate | o200k | Llama 3 | Gemma 3 | Qwen 3 | estimate / largest |");
  std::puts("|---|--:|--:|--:|--:|--:|--:|--:|");
  bool low = false;
  for (const Sample& sample : samples) {
    const std::int64_t estimate = estimate_text(sample.text);
    const auto& counted = sample.counted;
    const std::int64_t largest = *std::max_element(std::begin(counted), std::end(counted));
    low = low || estimate < largest;
    std::printf("| %s | %zu | %lld | %lld | %lld | %lld | %lld | %.2f |\n", sample.what,
                std::string_view{sample.text}.size(), static_cast<long long>(estimate),
                static_cast<long long>(counted[0]), static_cast<long long>(counted[1]),
                static_cast<long long>(counted[2]), static_cast<long long>(counted[3]),
                static_cast<double>(estimate) / static_cast<double>(largest));
  }
  {
    ChatRequest request{"Why is the sky blue?"};
    Context ctx;
    // [by_hand]
    ctx.cost = estimate_cost(request);
    // [/by_hand]
    // [own]
    ctx.cost = estimate_cost(request, {.text = my_tokens, .unset_output = 2000});
    // [/own]
    low = low || ctx.cost.input_tokens != 20 + 8;
  }
  {
    // [client]
    using Client = Resilient<decltype(&model), Limiter<SlidingWindow, RPM<500>, TPM<30'000>>>;
    Estimated<Client> chat{&model};                           // or {&model, {.text = my_tokens}}
    auto answer = chat(ChatRequest{"Why is the sky blue?"});  // the limiter knows what it may cost
    // [/client]
    low = low || !answer;
  }
  return low ? 1 : 0;
}
