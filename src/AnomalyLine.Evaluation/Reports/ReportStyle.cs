namespace AnomalyLine.Evaluation.Reports;

/// <summary>The style sheet of reports: nothing is fetched, so it looks the same in ten years and without a network.</summary>
public static class ReportStyle
{
    /// <summary>The style sheet.</summary>
    public const string Css = """
        :root { --ink: #17212b; --soft: #5b6875; --line: #dde3e9; --paper: #fff; --ground: #f3f5f7; --normal: #1f7a8c; --bad: #b5303f; --accent: #12343b; }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 "Segoe UI", system-ui, -apple-system, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; }
        header { background: var(--accent); color: #fff; padding: 28px 0 24px; }
        header .brand { font-size: 12px; letter-spacing: .14em; text-transform: uppercase; opacity: .75; }
        h1 { margin: 4px 0 16px; font-size: 27px; font-weight: 600; }
        h2 { margin: 0 0 4px; font-size: 18px; font-weight: 600; }
        .wrap { max-width: 1080px; margin: 0 auto; padding: 0 24px; }
        header dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px 24px; margin: 0; }
        header dt { font-size: 11px; text-transform: uppercase; letter-spacing: .08em; opacity: .65; }
        header dd { margin: 0; font-weight: 500; overflow-wrap: anywhere; }
        section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 22px 24px; margin: 20px 0; overflow-x: auto; break-inside: avoid-page; }
        p.lead { margin: 0 0 16px; color: var(--soft); max-width: 75ch; }
        .cards { display: grid; grid-template-columns: repeat(3, 1fr); gap: 14px; }
        .card { border: 1px solid var(--line); border-left: 4px solid var(--normal); border-radius: 6px; padding: 14px 16px; }
        .card.warn { border-left-color: var(--bad); }
        .card .name { font-size: 12px; color: var(--soft); text-transform: uppercase; letter-spacing: .06em; }
        .card .value { font-size: 28px; font-weight: 600; line-height: 1.25; }
        .card .value small { font-size: 15px; font-weight: 400; color: var(--soft); }
        .card p { margin: 4px 0 0; font-size: 13px; color: var(--soft); }
        .charts { display: grid; grid-template-columns: 13fr 6fr; gap: 24px; align-items: end; }
        svg { width: 100%; height: auto; display: block; font-size: 11px; }
        svg .grid { stroke: #e8ecf0; } svg .tick { fill: #6b7885; } svg .axis { fill: #46535f; } svg .label { fill: #17212b; font-weight: 600; }
        svg .normal { fill: var(--normal); fill-opacity: .72; } svg .anomalous { fill: var(--bad); fill-opacity: .6; }
        svg .threshold { stroke: #17212b; stroke-width: 1.5; stroke-dasharray: 5 3; } svg .chance { stroke: #aab4be; stroke-dasharray: 3 3; }
        svg .curve { fill: none; stroke: var(--normal); stroke-width: 2.2; } svg .area { fill: var(--normal); fill-opacity: .1; } svg .point { fill: #17212b; stroke: #fff; stroke-width: 2; }
        .legend { font-size: 13px; color: var(--soft); margin: 0 0 8px; } .legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin: 0 5px 0 14px; } .legend i:first-child { margin-left: 0; }
        table { width: 100%; border-collapse: collapse; } th { text-align: left; font-size: 12px; color: var(--soft); font-weight: 600; border-bottom: 2px solid var(--line); padding: 6px 10px; }
        td { padding: 7px 10px; border-bottom: 1px solid var(--line); } td.n, th.n { text-align: right; } tr:last-child td { border-bottom: 0; }
        .bar { height: 8px; background: #f0d5d9; border-radius: 4px; overflow: hidden; min-width: 120px; } .bar b { display: block; height: 100%; background: var(--normal); }
        .frames { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 16px; }
        h3 { font-size: 14px; margin: 20px 0 8px; } h3 span { color: var(--soft); font-weight: 400; }
        figure { margin: 0; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; break-inside: avoid; } figure div { display: grid; grid-template-columns: 1fr 1fr; background: #10171d; } figure img { width: 100%; aspect-ratio: 1; object-fit: contain; display: block; }
        figcaption { padding: 8px 10px; font-size: 12.5px; color: var(--soft); overflow-wrap: anywhere; } figcaption strong { color: var(--ink); }
        .tag { float: right; border-radius: 3px; padding: 0 7px; font-size: 11.5px; font-weight: 600; color: #fff; background: var(--normal); } .tag.wrong { background: var(--bad); }
        ul { margin: 8px 0 0; padding-left: 20px; } footer { color: var(--soft); font-size: 12.5px; padding: 0 0 32px; }
        @media (max-width: 760px) { .cards, .charts { grid-template-columns: 1fr; } .wrap { padding: 0 12px; } table { min-width: 640px; } }
        @media print { body { background: #fff; } section { border-color: #ccc; } header { print-color-adjust: exact; } }
        """;
}
