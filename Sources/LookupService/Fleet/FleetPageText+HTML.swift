extension FleetPageText {
  /// The page itself.
  static let html = #"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Fleet – Search Highlights</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/fleet.css">
    <script src="/fleet.js" defer></script>
    </head>
    <body>
    <a class="skip" href="#fleet">Skip to the figures</a>
    <header class="bar">
      <nav class="wide" aria-label="Pages">
        <a class="home" href="/">Search Highlights</a>
        <span id="state" class="state">Loading</span>
      </nav>
    </header>
    <main id="fleet" class="wide" tabindex="-1">
      <h1>Fleet</h1>
      <p id="advice" class="advice" role="status" aria-live="polite"></p>
      <p id="trouble" class="trouble" role="status" aria-live="polite" hidden></p>
      <noscript><p class="trouble">This page needs JavaScript. The same figures are at
        <code>GET /v1/fleet</code></p></noscript>
      <section aria-labelledby="now-title">
        <h2 id="now-title">Now</h2>
        <dl id="now" class="tiles"></dl>
      </section>
      <section aria-labelledby="rate-title">
        <h2 id="rate-title">Pace</h2>
        <figure class="chart">
          <div id="rate"></div>
          <figcaption id="rate-words"></figcaption>
        </figure>
        <div class="pair">
          <figure class="chart">
            <div id="lag"></div>
            <figcaption id="lag-words"></figcaption>
          </figure>
          <figure class="chart">
            <div id="flight"></div>
            <figcaption id="flight-words"></figcaption>
          </figure>
        </div>
      </section>
      <section aria-labelledby="outcomes-title">
        <h2 id="outcomes-title">Outcomes</h2>
        <div id="outcomes"></div>
      </section>
      <section aria-labelledby="workers-title">
        <h2 id="workers-title">Workers</h2>
        <div id="workers"></div>
        <div id="limits"></div>
        <div id="holds"></div>
      </section>
      <section aria-labelledby="partitions-title">
        <h2 id="partitions-title">Partitions</h2>
        <p id="lag-means" class="faint"></p>
        <div id="partitions"></div>
      </section>
      <section aria-labelledby="money-title">
        <h2 id="money-title">Spend and tokens</h2>
        <div id="spend"></div>
        <div id="tokens"></div>
      </section>
      <section aria-labelledby="dead-title">
        <h2 id="dead-title">Dead letters</h2>
        <div id="dead"></div>
        <div id="dead-topics"></div>
      </section>
      <section aria-labelledby="sources-title">
        <h2 id="sources-title">Where these figures come from</h2>
        <div id="sources"></div>
        <p id="since" class="faint"></p>
      </section>
    </main>
    </body>
    </html>
    """#
}
