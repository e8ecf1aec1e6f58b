namespace MailBackup.Health;

/// <summary>How the health page looks: light or dark as the reader's system is, from the width of a telephone on.</summary>
internal static class HealthPageStyle
{
    public const string Text = """
        :root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1c2128;--soft:#5b6472;--edge:#d9dee5;--ok:#1a7f37;--warning:#a04a00;--critical:#c1121f;--a:#0969da;--b:#8250df}
        @media (prefers-color-scheme:dark){:root{--page:#0f1318;--card:#181d24;--ink:#e6eaf0;--soft:#98a2b0;--edge:#2c343f;--ok:#4ac26b;--warning:#e3993a;--critical:#ff6b6b;--a:#58a6ff;--b:#bc8cff}}
        *{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;background:var(--page);color:var(--ink);max-width:84rem;margin:0 auto;padding:1.5rem 1rem 3rem}
        header{display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:baseline;border-left:.4rem solid var(--now);padding:.2rem 0 .2rem .9rem;margin-bottom:1.2rem}
        h1{font-size:1.35rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.05rem;margin:1.8rem 0 .6rem}header span{font-size:1.35rem}time{color:var(--soft)}
        .Ok,.Completed{color:var(--ok)}.Warning,.CompletedWithErrors{color:var(--warning)}.Critical,.Failed,.Interrupted{color:var(--critical)}.Ok,.Warning,.Critical,.state{font-weight:600}
        dl,.charts{display:grid;gap:.8rem;margin:0}dl{grid-template-columns:repeat(auto-fit,minmax(9rem,1fr))}.charts{grid-template-columns:repeat(auto-fit,minmax(min(22rem,100%),1fr))}
        dl>div,figure,.list{background:var(--card);border:1px solid var(--edge);border-radius:.5rem;padding:.7rem .9rem;margin:0}
        dt{color:var(--soft);font-size:.85rem}dd{margin:0;font-size:1.3rem;font-variant-numeric:tabular-nums}
        .list{padding:0 .9rem}.list>div{display:grid;grid-template-columns:6rem 11rem 1fr;gap:0 .8rem;padding:.45rem 0;border-bottom:1px solid var(--edge)}.list>div:last-child{border:0}
        .list.runs>div{grid-template-columns:9.5rem 11rem 10rem 6rem 1fr}.list span{overflow-wrap:anywhere}
        figcaption{font-weight:600;margin-bottom:.4rem;display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem}.legend{font-weight:400;font-size:.85rem}
        svg{display:block;width:100%;height:auto}svg text{font-size:11px;fill:var(--soft)}.value{text-anchor:end}.grid{stroke:var(--edge)}.zero{stroke:var(--soft)}
        polyline{fill:none;stroke-width:1.8;stroke-linejoin:round}.line0{stroke:var(--a)}.line1{stroke:var(--b)}.fill0{fill:var(--a)}.fill1{fill:var(--b)}.area0{fill:var(--a);opacity:.12}
        .key0{color:var(--a)}.key1{color:var(--b)}.none{color:var(--soft);margin:3rem 0;text-align:center}.names{color:var(--soft);overflow-wrap:anywhere}
        @media (max-width:44rem){.list>div,.list.runs>div{grid-template-columns:1fr auto}.list>div>:last-child,.list.runs>div>:last-child{grid-column:1/-1}}
        """;
}
