extension FleetPageText {
  /// How the page looks; it follows the light or dark scheme of the system.
  static let style = #"""
    :root {
      color-scheme: light dark;
      --ground: #f6f5f8; --card: #ffffff; --ink: #1b1723; --faint: #5f586c; --line: #e0dbe8;
      --accent: #6d28d9; --accent-ink: #5b21b6; --soft: #f1eafd; --bad: #b3123f; --bad-soft: #fde8ee;
      --track: #e6e1ee;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #121017; --card: #1c1924; --ink: #f0edf6; --faint: #b0a9bd; --line: #332e40;
        --accent: #a78bfa; --accent-ink: #cdbdff; --soft: #2b2340; --bad: #ff9db5; --bad-soft: #3a1622;
        --track: #332d42;
      }
    }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    body {
      margin: 0; background: var(--ground); color: var(--ink);
      font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    }
    .wide { max-width: 72rem; margin-inline: auto; padding-inline: 1rem; }
    .skip {
      position: absolute; inset-inline-start: 1rem; top: -4rem; z-index: 3; padding: .5rem 1rem;
      background: var(--card); color: var(--accent-ink); border-radius: .5rem;
    }
    .skip:focus { top: .5rem; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .4rem; }
    main:focus { outline: none; }
    .bar { background: var(--card); border-block-end: 1px solid var(--line); padding-block: .5rem; }
    .bar nav { display: flex; align-items: center; justify-content: space-between; gap: 1rem; }
    .home {
      display: inline-flex; align-items: center; min-height: 2.75rem; color: var(--accent-ink);
      font-weight: 650; text-decoration: none;
    }
    .home:hover { text-decoration: underline; }
    .state { color: var(--faint); font-size: .88rem; font-variant-numeric: tabular-nums; }
    h1 { font-size: 1.5rem; letter-spacing: -.02em; margin: 1.1rem 0 .5rem; }
    h2 { font-size: 1.05rem; margin: 0 0 .6rem; letter-spacing: -.01em; }
    section { margin-block: 1.6rem; }
    .advice {
      margin: 0; padding: .8rem 1rem; border-radius: .9rem; background: var(--soft);
      color: var(--accent-ink); min-height: 3.1rem;
    }
    .trouble {
      margin: .6rem 0 0; padding: .8rem 1rem; border-radius: .9rem; background: var(--bad-soft);
      color: var(--bad);
    }
    .tiles { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .6rem; margin: 0; }
    .tile { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: .7rem .9rem; }
    dt { color: var(--faint); font-size: .84rem; }
    dd {
      margin: 0; font-size: 1.35rem; font-weight: 650; font-variant-numeric: tabular-nums;
      overflow-wrap: anywhere; line-height: 1.25;
    }
    dd small { display: block; font-size: .78rem; font-weight: 400; color: var(--faint); line-height: 1.4; }
    .chart, .sheet {
      margin: 0 0 .8rem; background: var(--card); border: 1px solid var(--line); border-radius: .9rem;
    }
    .chart { padding: .8rem .9rem; }
    .chart svg { display: block; width: 100%; height: 7rem; overflow: visible; }
    .pair { display: grid; gap: .8rem; }
    .pair .chart svg { height: 4rem; }
    .chart .area { fill: var(--soft); }
    .chart .curve { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; }
    .chart .base { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
    figcaption, .faint, .empty { color: var(--faint); font-size: .88rem; }
    figcaption { margin-block-start: .5rem; }
    .empty { margin: 0 0 .8rem; }
    .sheet { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-size: .9rem; }
    caption { text-align: start; padding: .7rem .9rem .3rem; color: var(--faint); font-size: .84rem; }
    th, td {
      padding: .4rem .9rem; text-align: start; vertical-align: top;
      border-block-start: 1px solid var(--line);
    }
    thead th { border-block-start: 0; color: var(--faint); font-weight: 600; font-size: .8rem; }
    tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 9.5rem; }
    td { overflow-wrap: break-word; }
    .number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .bad { color: var(--bad); }
    .gauge { display: block; width: 100%; min-width: 6rem; height: .5rem; margin-block-start: .3rem; }
    .gauge .track { fill: var(--track); }
    .gauge .part { fill: var(--accent); }
    .gauge .part.full { fill: var(--bad); }
    @media (min-width: 40rem) {
      .tiles { grid-template-columns: repeat(4, minmax(0, 1fr)); }
      .pair { grid-template-columns: 1fr 1fr; }
    }
    @media (forced-colors: active) {
      .chart .curve { stroke: CanvasText; }
      .gauge .part { fill: CanvasText; }
      .tile, .chart, .sheet, .advice, .trouble { border: 1px solid CanvasText; }
    }
    @media (prefers-reduced-motion: reduce) { * { animation: none; transition: none; } }
    """#
}
