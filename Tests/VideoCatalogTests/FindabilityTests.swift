import HighlightsProtocol
import Testing
import VideoCatalog

@Suite("A video")
struct FindabilityTests {
  private static let videos = [
    video("ja", "家庭で寿司を作る方法", caption: "東京の料理人が教えます", says: "酢飯を冷まします", "茶を飲む"),
    video("zh", "怎么做西红柿炒鸡蛋", caption: "北京家常菜", says: "先把鸡蛋打散", "放盐和糖"),
    video("zh-Hant", "如何泡珍珠奶茶", caption: "臺灣飲料", says: "煮二十分鐘"),
    video("ko", "김치찌개 만들기", caption: "서울에서 먹는 맛", says: "돼지고기를 볶는다", "물을 붓는다"),
    video("th", "วิธีทำต้มยำกุ้ง", caption: "อาหารไทย", says: "ใส่น้ำปลาและมะนาว", "ต้มไข่ให้สุก"),
    video("lo", "ວິທີເຮັດຕຳໝາກຫຸ່ງ", says: "ໃສ່ນ້ຳປາ"),
    video("km", "របៀបធ្វើអាម៉ុក", says: "ដាក់ខ្ទិះដូង"),
    video("my", "မုန့်ဟင်းခါးချက်နည်း", says: "ငါးကိုပြုတ်ပါ"),
    video("hi", "आलू पराठा कैसे बनाएं", says: "आटा गूंथ लें"),
    video("ar", "طريقة عمل الحُمُّص", says: "أضف عصير الليمون"),
    video("ru", "Как приготовить борщ", says: "нарежьте свёклу"),
    video("es", "Cómo hacer jalapeños rellenos", says: "córtalos"),
    video("en", "Fix a bicycle chain", caption: "no tools", says: "turn the pedals"),
  ]

  @Test(
    "is found first by a word of its language, of two letters or one too",
    arguments: [
      ("寿司", "ja"), ("東京", "ja"), ("酢飯", "ja"), ("料理人", "ja"), ("茶を", "ja"),
      ("ｽｼ 寿司の作り方", "ja"), ("家庭で作る", "ja"),
      ("鸡蛋", "zh"), ("北京", "zh"), ("西红柿", "zh"), ("家常菜", "zh"), ("盐", "zh"), ("炒蛋 做西红柿", "zh"),
      ("奶茶", "zh-Hant"), ("臺灣", "zh-Hant"), ("珍珠", "zh-Hant"),
      ("김치", "ko"), ("서울", "ko"), ("찌개", "ko"), ("돼지고기", "ko"), ("물", "ko"), ("김치 찌개", "ko"),
      ("กุ้ง", "th"), ("ต้มยำ", "th"), ("อาหาร", "th"), ("มะนาว", "th"), ("ไข่", "th"), ("ไข่ต้ม", "th"),
      ("น้ำปลา", "th"), ("ຕຳໝາກຫຸ່ງ", "lo"), ("ນ້ຳປາ", "lo"), ("អាម៉ុក", "km"), ("ខ្ទិះ", "km"),
      ("မုန့်ဟင်းခါး", "my"), ("ငါး", "my"), ("आलू", "hi"), ("पराठा बनाने की विधि", "hi"),
      ("الحمص", "ar"), ("اضف", "ar"), ("БОРЩ", "ru"), ("свекла свеклу", "ru"), ("jalapenos", "es"),
      ("COMO HACER", "es"), ("how do I fix the chain of my bicycle?", "en"),
      ("ｂｉｃｙｃｌｅ", "en"), ("chain NOT bicycle", "en"), ("\"chain* AND (", "en"),
    ])
  func found(text: String, id: String) async throws {
    try await withCatalog(Self.videos) { catalog async throws in
      #expect(try await catalog.ids(text).first == id)
    }
  }

  @Test(
    "is not found by letters that stand in it, but not together",
    arguments: ["司方", "京料", "鸡炒", "卵", "울서", "กม", "bicyc", "hain"])
  func notFound(text: String) async throws {
    try await withCatalog(Self.videos) { catalog async throws in
      #expect(try await catalog.ids(text) == [])
    }
  }
}
