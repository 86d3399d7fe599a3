extension PageText {
  /// How the page looks; it follows the light or dark scheme of the system.
  static let style = #"""
    :root {
      color-scheme: light dark;
      --ground: #f6f5f8; --card: #ffffff; --ink: #1b1723; --faint: #635c70; --line: #e3dfea;
      --accent: #6d28d9; --accent-soft: #f1eafd; --accent-ink: #5b21b6; --glow: #f9f5ff;
      --mark: #fff3c4; --bone: #ece8f2; --shadow: 0 1px 2px #1b172314, 0 8px 28px #1b172312;
      --warm: #db2777; --edge: #857d94;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #121017; --card: #1c1924; --ink: #f0edf6; --faint: #aaa2b8; --line: #322d3f;
        --accent: #a78bfa; --accent-soft: #2b2340; --accent-ink: #cdbdff; --glow: #211b30;
        --mark: #4a3d12; --bone: #2c2738; --shadow: 0 1px 2px #0006, 0 8px 28px #0005; --warm: #f472b6;
        --edge: #7d7490;
      }
    }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    html { scroll-padding-top: 5.5rem; }
    body {
      margin: 0; background: var(--ground); color: var(--ink);
      font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    }
    /* A cluster of stacked marks cannot break; clipped on the body it would be the viewport's to scroll. */
    .column { max-width: 46rem; margin-inline: auto; padding-inline: 1rem; overflow-x: clip; }
    .hidden {
      position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
      white-space: nowrap;
    }
    .skip {
      position: absolute; inset-inline-start: 1rem; top: -4rem; z-index: 3; padding: .5rem 1rem;
      background: var(--card); color: var(--accent-ink); border-radius: .5rem;
    }
    .skip:focus { top: .5rem; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .4rem; }
    main:focus { outline: none; }
    .bar {
      z-index: 2; background: var(--card);
      border-block-end: 1px solid var(--line); padding-block: .7rem;
    }
    .brand {
      display: flex; align-items: center; gap: .5rem; margin: 0 0 .55rem; font-weight: 650; line-height: 1.55;
      font-size: .95rem; letter-spacing: -.01em;
    }
    .spark {
      display: inline-block; flex: none; width: 1.15em; height: 1.15em;
      background: linear-gradient(135deg, var(--accent), var(--warm));
      clip-path: polygon(50% 0, 61% 39%, 100% 50%, 61% 61%, 50% 100%, 39% 61%, 0 50%, 39% 39%);
    }
    .spark.large { width: 3rem; height: 3rem; }
    form { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .5rem; }
    form select { grid-row: 2; min-width: 0; }
    input, select, button {
      font: inherit; color: inherit; min-height: 2.85rem; border-radius: .85rem;
      border: 1px solid var(--edge); background: var(--ground); padding-inline: .9rem;
    }
    input { width: 100%; grid-column: 1 / -1; }
    input::placeholder { color: var(--faint); opacity: 1; }
    input:focus-visible, select:focus-visible { outline-offset: 0; border-radius: .85rem; }
    button {
      cursor: pointer; border-color: transparent; background: var(--accent); color: #fff;
      font-weight: 600; padding-inline: 1.2rem;
    }
    button:hover { filter: brightness(1.08); }
    @media (prefers-color-scheme: dark) { button { color: #1b1030; } }
    .welcome { text-align: center; padding-block: 16vh 2rem; color: var(--faint); }
    .welcome h2 { color: var(--ink); font-size: 1.6rem; letter-spacing: -.02em; margin: .8rem 0 .3rem; }
    .welcome p { max-width: 30rem; margin: 0 auto; text-wrap: balance; }
    .card {
      margin-block-start: 1.1rem; padding: 1.1rem 1.1rem .9rem; border: 1px solid var(--line);
      border-radius: 1.25rem; box-shadow: var(--shadow);
      background: linear-gradient(180deg, var(--glow), var(--card) 7rem);
    }
    .card-head { display: flex; align-items: center; justify-content: space-between; gap: .75rem; }
    h2 { font-size: 1rem; margin: 0; letter-spacing: -.01em; }
    .card h2 { display: flex; align-items: center; gap: .5rem; color: var(--accent-ink); }
    .badge {
      font-size: .75rem; padding: .15rem .6rem; border-radius: 1rem; background: var(--accent-soft);
      color: var(--accent-ink);
    }
    .sentence { margin: .75rem 0 0; font-size: 1.07rem; line-height: 1.6; overflow-wrap: anywhere; }
    .chips { display: flex; flex-wrap: wrap; gap: .4rem; margin: .4rem 0 0; padding: 0; list-style: none; }
    .chips li { min-width: 0; max-width: 100%; }
    .chip {
      display: inline-flex; align-items: center; gap: .45rem; max-width: 100%; min-height: 2rem;
      padding: .2rem .7rem; border-radius: 1rem; background: var(--accent-soft);
      color: var(--accent-ink); text-decoration: none; font-size: .84rem; line-height: 1.3;
    }
    .chip:hover { box-shadow: inset 0 0 0 1.5px var(--accent); }
    .chip:focus-visible { border-radius: 1rem; }
    .chip-title { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: 0 1 auto; min-width: 0; max-width: 17rem; }
    .chip-creator { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: none; max-width: 7.5rem; }
    .time { font-variant-numeric: tabular-nums; font-weight: 650; flex: none; unicode-bidi: isolate; }
    .general { font-size: .84rem; color: var(--faint); margin: .2rem 0 0; }
    .label, .notice { color: var(--faint); font-size: .84rem; overflow-wrap: anywhere; }
    .label {
      margin: .95rem 0 0; padding-block-start: .65rem; border-block-start: 1px solid var(--line);
    }
    .notice { margin-block-start: .7rem; font-size: 1rem; }
    .notice p { margin: 0 0 .4rem; }
    .faint { color: var(--faint); font-variant-numeric: tabular-nums; }
    .working { margin: .7rem 0 .6rem; }
    .dots::after { content: "…"; }
    .bones { display: grid; gap: .6rem; padding-block: .2rem .6rem; }
    .bones span {
      height: .95rem; border-radius: .5rem;
      background: linear-gradient(90deg, var(--bone) 30%, var(--accent-soft) 50%, var(--bone) 70%);
      background-size: 300% 100%; animation: sweep 1.6s linear infinite;
    }
    .bones span:nth-child(2) { width: 92%; }
    .bones span:nth-child(3) { width: 61%; }
    @keyframes sweep { from { background-position: 100% 0; } to { background-position: -50% 0; } }
    #videos { margin-block: 1.6rem 3rem; }
    #videos h2 { padding-inline: .2rem; }
    .videos { list-style: none; margin: .7rem 0 0; padding: 0; display: grid; gap: .7rem; }
    .video {
      display: grid; grid-template-columns: 4.6rem minmax(0, 1fr); gap: .9rem; padding: .7rem;
      background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
      scroll-margin-top: 1rem; transition: border-color .2s, box-shadow .2s;
    }
    .video:focus { outline: none; }
    .video.target { border-color: var(--accent); box-shadow: 0 0 0 2px var(--accent); }
    .still {
      position: relative; aspect-ratio: 3 / 4; border-radius: .7rem; overflow: hidden;
      background: linear-gradient(160deg, var(--tone, #7c3aed), #1f1633);
    }
    .tone-0 { --tone: #7c3aed; } .tone-1 { --tone: #be185d; } .tone-2 { --tone: #0369a1; }
    .tone-3 { --tone: #047857; } .tone-4 { --tone: #b45309; } .tone-5 { --tone: #4338ca; }
    .still::before {
      content: ""; position: absolute; inset: 0; margin: auto; width: 1.15rem; height: 1.3rem;
      background: #fffd; clip-path: polygon(0 0, 100% 50%, 0 100%);
    }
    .still .time {
      position: absolute; inset-block-end: .3rem; inset-inline-end: .3rem; font-size: .72rem;
      color: #fff; background: #000a; padding: 0 .35rem; border-radius: .35rem;
    }
    .video-title { margin: .1rem 0 0; font-size: 1rem; font-weight: 600; line-height: 1.35; overflow-wrap: anywhere; }
    .video-creator { margin: .1rem 0 0; color: var(--faint); font-size: .88rem; overflow-wrap: anywhere; }
    .moments { list-style: none; margin: .5rem 0 0; padding: 0; display: grid; gap: .3rem; font-size: .9rem; }
    .moment {
      display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .55rem; padding: .3rem .5rem;
      border-radius: .55rem; background: var(--ground); overflow-wrap: anywhere;
    }
    .moment .time { color: var(--accent-ink); }
    .moment.target { background: var(--mark); }
    @media (min-width: 40rem) {
      .bar { position: sticky; top: 0; }
      .bar .column { display: grid; grid-template-columns: auto minmax(0, 1fr); align-items: center; gap: 1.2rem; max-width: 60rem; }
      .brand { margin: 0; }
      form { grid-template-columns: minmax(0, 1fr) auto auto; }
      input { grid-column: auto; }
      form select { grid-row: auto; max-width: 9rem; }
      .card { padding: 1.4rem 1.6rem 1.1rem; margin-block-start: 1.6rem; }
      .sentence { font-size: 1.12rem; }
      .video { grid-template-columns: 5.4rem minmax(0, 1fr); padding: .85rem; }
      .video { scroll-margin-top: 6rem; }
    }
    @media (prefers-reduced-motion: reduce) {
      *, .bones span { animation: none; transition: none; scroll-behavior: auto !important; }
    }
    @media (forced-colors: active) {
      .spark, .still::before { background: CanvasText; }
      .chip, .card, .video { border: 1px solid CanvasText; }
      .video.target { outline: 3px solid Highlight; }
    }
    """#
}
