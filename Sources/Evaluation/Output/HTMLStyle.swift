/// The style of report pages, light and dark, for screens from 320 pixels.
enum HTMLStyle {
  static let sheet: Markup = """
    :root {
      color-scheme: light dark;
      --page: #f7f6f3; --card: #ffffff; --ink: #1e2422; --soft: #626b67; --line: #dfe2dd;
      --s0: #19705c; --s1: #b9bfba; --s2: #d9a441; --s3: #7d93b2; --bad: #b3372f; --good: #19705c;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #131716; --card: #1c2220; --ink: #e7ebe8; --soft: #98a39e; --line: #313a36;
        --s0: #4fc0a2; --s1: #5a645f; --s2: #d2a047; --s3: #7f9ac2; --bad: #ee7d72; --good: #4fc0a2;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--page); color: var(--ink);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
      overflow-wrap: anywhere;
    }
    main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
    h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -0.02em; margin: 0; font-weight: 650; }
    h2 { font-size: 1.25rem; letter-spacing: -0.01em; margin: 0 0 0.25rem; font-weight: 650; }
    p { margin: 0; }
    .kicker { color: var(--soft); margin-bottom: 0.25rem; }
    .lead { color: var(--soft); margin-bottom: 1.25rem; }
    .note { color: var(--soft); font-size: 0.85rem; }
    .facts { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0.75rem 0 0; }
    .facts div { display: flex; gap: 0.4rem; }
    .facts dt { color: var(--soft); flex: none; max-width: 50%; }
    .facts dd { margin: 0; }
    section { background: var(--card); border: 1px solid var(--line); border-radius: 12px;
      padding: 1.5rem; margin-top: 1.25rem; }
    .tiles { display: flex; flex-wrap: wrap; gap: 1px; padding: 0; overflow: hidden;
      background: var(--line); }
    .tile { flex: 1 1 15rem; background: var(--card); padding: 1rem 1.25rem; }
    .thirds .tile { flex-basis: 18rem; }
    .tile .name { color: var(--soft); font-size: 0.85rem; }
    .tile .value { font-size: 1.6rem; font-weight: 650; letter-spacing: -0.02em;
      font-variant-numeric: tabular-nums; }
    .tile.bad .value { color: var(--bad); }
    .legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; margin: 0 0 1rem;
      padding: 0; font-size: 0.9rem; }
    .legend i { display: inline-block; width: 0.8rem; height: 0.8rem; border-radius: 3px;
      margin-right: 0.4rem; vertical-align: -1px; }
    i.s0 { background: var(--s0); } i.s1 { background: var(--s1); }
    i.s2 { background: var(--s2); } i.s3 { background: var(--s3); }
    .charts { display: grid; gap: 1.25rem 2rem;
      grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); }
    figure { margin: 0; min-width: 0; }
    figcaption { font-size: 0.9rem; font-weight: 600; margin-bottom: 0.4rem; }
    svg { display: block; overflow: visible; }
    svg text { fill: var(--ink); font-size: 12px; font-variant-numeric: tabular-nums; }
    svg text.label, svg text.edge { fill: var(--soft); }
    svg text.count { text-anchor: middle; }
    rect.s0 { fill: var(--s0); } rect.s1 { fill: var(--s1); } rect.s2 { fill: var(--s2); }
    rect.s3 { fill: var(--s3); } rect.bad { fill: var(--bad); }
    line.axis { stroke: var(--soft); stroke-width: 1; }
    .interval line { stroke-width: 2.5; stroke-linecap: round; }
    .interval .axis { stroke-width: 1; }
    line.better { stroke: var(--good); } circle.better { fill: var(--good); }
    line.worse { stroke: var(--bad); } circle.worse { fill: var(--bad); }
    line.open { stroke: var(--soft); } circle.open { fill: var(--soft); }
    .scroll { overflow-x: auto; margin-top: 1.5rem; }
    table { border-collapse: collapse; width: 100%; font-size: 0.9rem; overflow-wrap: normal;
      font-variant-numeric: tabular-nums; }
    th, td { padding: 0.4rem 0.75rem; text-align: right; border-bottom: 1px solid var(--line);
      vertical-align: bottom; }
    td { white-space: nowrap; }
    th { font-weight: 500; }
    thead th { color: var(--soft); }
    th:first-child { text-align: left; padding-left: 0; }
    td:nth-child(2) { font-weight: 650; }
    .compared td:nth-child(2) { font-weight: inherit; }
    .compared td, .compared tbody th { vertical-align: middle; white-space: nowrap; }
    .compared .drawn { min-width: 9rem; padding-block: 0.2rem; }
    .scroll + .note { margin-top: 0.75rem; }
    .verdict { white-space: nowrap; border-radius: 99px; padding: 0.1rem 0.6rem; font-size: 0.8rem;
      border: 1px solid currentColor; }
    .verdict.better { color: var(--good); } .verdict.worse { color: var(--bad); }
    .verdict.open { color: var(--soft); }
    details { border-top: 1px solid var(--line); }
    summary { cursor: pointer; padding: 0.55rem 0; display: flex; flex-wrap: wrap;
      align-items: baseline; gap: 0.1rem 0.6rem; }
    summary::-webkit-details-marker { display: none; }
    summary:focus-visible { outline: 2px solid var(--s0); outline-offset: 2px; }
    .query { flex: 1 1 16rem; max-height: 9em; overflow: hidden; }
    .state { color: var(--soft); font-size: 0.85rem; }
    .mark { display: inline-block; width: 0.6rem; height: 0.6rem; border-radius: 50%;
      flex: none; margin-right: 0.35rem; background: var(--s1); }
    .mark.right { background: var(--good); } .mark.wrong { background: var(--bad); }
    .body { padding: 0 0 1rem 1.2rem; }
    .body ol, .body ul { margin: 0.25rem 0; padding-left: 1.1rem; }
    .body ul { list-style: none; padding-left: 0; color: var(--soft); font-size: 0.9rem; }
    .unpublished { text-decoration: line-through; text-decoration-color: var(--soft); }
    code { font-size: 0.85em; }
    @media (max-width: 32rem) {
      main { padding: 1.5rem 0.75rem 3rem; }
      section { padding: 1rem; }
      .tiles { padding: 0; }
      .tile, .thirds .tile { flex-basis: 9rem; padding: 0.75rem 0.9rem; }
      .tile .value { font-size: 1.3rem; }
    }
    @media print { section { break-inside: avoid-page; } body { background: none; } }
    """
}
