extension PageText {
  /// The page itself.
  static let html = #"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Search Highlights</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/page.css">
    <script src="/page.js" defer></script>
    </head>
    <body>
    <a class="skip" href="#results">Skip to the results</a>
    <header class="bar">
      <div class="column">
        <h1 class="brand"><span class="spark" aria-hidden="true"></span>Search Highlights</h1>
        <form id="search" role="search" action="/" method="get">
          <label class="hidden" for="q">Search the videos</label>
          <input id="q" name="q" type="search" dir="auto" autocomplete="off" enterkeyhint="search"
            maxlength="1000" placeholder="Search the videos" required>
          <label class="hidden" for="locale">Language of the search</label>
          <select id="locale" name="locale">
            <option value="">Any</option>
            <option value="ar" lang="ar">العربية</option>
            <option value="de" lang="de">Deutsch</option>
            <option value="en" lang="en">English</option>
            <option value="en-US" lang="en">English (US)</option>
            <option value="es" lang="es">Español</option>
            <option value="fa" lang="fa">فارسی</option>
            <option value="fr" lang="fr">Français</option>
            <option value="he" lang="he">עברית</option>
            <option value="hi" lang="hi">हिन्दी</option>
            <option value="id" lang="id">Indonesia</option>
            <option value="ja" lang="ja">日本語</option>
            <option value="ko" lang="ko">한국어</option>
            <option value="pt" lang="pt">Português</option>
            <option value="ru" lang="ru">Русский</option>
            <option value="th" lang="th">ไทย</option>
            <option value="tr" lang="tr">Türkçe</option>
            <option value="vi" lang="vi">Tiếng Việt</option>
            <option value="zh" lang="zh">中文</option>
          </select>
          <button type="submit">Search</button>
        </form>
      </div>
    </header>
    <main id="results" class="column" tabindex="-1">
      <p id="announcement" class="hidden" role="status" aria-live="polite"></p>
      <section id="welcome" class="welcome">
        <span class="spark large" aria-hidden="true"></span>
        <h2>Ask the videos</h2>
        <p>Type a search. The answer comes from what the best videos say, and each sentence names the
          video and the moment it comes from.</p>
      </section>
      <section id="highlight" class="card" aria-labelledby="highlight-title" hidden>
        <div class="card-head">
          <h2 id="highlight-title"><span class="spark" aria-hidden="true"></span><span
            id="highlight-heading">AI highlight</span></h2>
          <span id="stale" class="badge" hidden>Being refreshed</span>
        </div>
        <div id="working" hidden>
          <p class="working"><span id="working-text">Working on it</span><span class="dots" aria-hidden="true"></span>
            <span id="elapsed" class="faint" aria-hidden="true"></span></p>
          <div class="bones" aria-hidden="true"><span></span><span></span><span></span></div>
        </div>
        <div id="sentences"></div>
        <div id="notice" class="notice" hidden>
          <p id="notice-text"></p>
          <button id="again" type="button" hidden>Try again</button>
        </div>
        <p id="label" class="label" hidden></p>
      </section>
      <section id="videos" aria-labelledby="videos-title" hidden>
        <h2 id="videos-title">Videos</h2>
        <ol id="video-list" class="videos"></ol>
      </section>
      <noscript><p class="notice">This page needs JavaScript. The API behind it does not:
        <code>GET /v1/highlights?q=…</code></p></noscript>
    </main>
    </body>
    </html>
    """#
}
