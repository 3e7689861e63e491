"""The page's look. Logical properties only, so that it turns around for right-to-left languages by itself; system
fonts; nothing is fetched. Colour never stands alone: every state has its shape and its word."""

from __future__ import annotations

CSS = """
:root{color-scheme:light dark;--ground:#f3f5f8;--card:#fff;--ink:#1a2230;--soft:#4d586a;--edge:#d5dbe4;--act:#0b57a4;
--act-ink:#fff;--tint:#e8f0fa;--ok:#17703a;--ok-tint:#e3f4e8;--weak:#8a5200;--weak-tint:#fdf1dc;--bad:#b3261e;
--bad-tint:#fdeceb}
@media (prefers-color-scheme:dark){:root{--ground:#12161c;--card:#1c222b;--ink:#eef1f5;--soft:#b4bdca;--edge:#3b4553;
--act:#8ec2ff;--act-ink:#0b2440;--tint:#22303f;--ok:#7fd69c;--ok-tint:#1b3325;--weak:#f3bd62;--weak-tint:#3a2d14;
--bad:#ff9a91;--bad-tint:#41211f}}
*{box-sizing:border-box}
html{font-size:112.5%;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);line-height:1.5;overflow-wrap:anywhere;
font-family:system-ui,"Segoe UI",Roboto,"Noto Sans","Noto Sans Hebrew","Noto Sans Arabic",Arial,sans-serif}
:lang(ar) body{line-height:1.65}
header,main,.foot{max-width:66rem;margin-inline:auto;padding-inline:1.25rem}
header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;justify-content:space-between;padding-block:.75rem 0}
.brand{margin:0;color:var(--soft);font-size:1rem}
.languages{display:flex;flex-wrap:wrap;gap:.15rem}
.languages form{margin:0}
.languages button{min-block-size:2.5rem;padding:.25rem .6rem;border:0;background:none;color:var(--soft);font-weight:400}
.languages button[aria-current]{color:var(--ink);font-weight:700;text-decoration:underline;text-underline-offset:.3em}
main{padding-block:.5rem 1.5rem}
h1,h2,h3,p,ul,ol,dl{margin:0}
h1{font-size:clamp(1.55rem,1.2rem + 1.9vw,2.3rem);line-height:1.2;text-wrap:balance}
h2{font-size:1.2rem;line-height:1.3}
h3{font-size:1.05rem}
a{color:var(--act)}
svg{fill:none;stroke:currentColor;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
svg .full{fill:currentColor;stroke:none}
.columns{display:grid;gap:1rem;align-items:start}
.page,.first,.second,.third{display:grid;gap:1rem;min-inline-size:0}
@media (min-width:60rem){.columns{grid-template-columns:minmax(0,1.65fr) minmax(0,1fr)}}
.card{background:var(--card);border:1px solid var(--edge);border-radius:.9rem;padding:1.1rem 1.25rem;display:grid;gap:.75rem;
min-inline-size:0}
.verdict{padding-block:1.4rem;gap:.9rem;border-block-start:.4rem solid var(--tone,var(--edge))}
.verdict>.lead{font-size:1.1rem;max-inline-size:38rem}
.tone-ok{--tone:var(--ok)}.tone-bad{--tone:var(--bad)}.tone-open{--tone:var(--weak)}.tone-busy{--tone:var(--act)}
.hint,.checked,.foot{color:var(--soft);font-size:1rem}
.checked{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between;padding-inline:.25rem}
.turn{display:flex;flex-wrap:wrap;gap:.5rem .75rem}
.turn>div{flex:1 1 14rem;background:var(--tint);border-radius:.7rem;padding:.6rem .9rem}
.turn dt{color:var(--soft);font-size:1rem;display:flex;align-items:center;gap:.4rem}
.turn dd{margin:0;font-size:1.15rem}
.turn dd::first-letter{text-transform:uppercase}
.turn-you>div:last-child{background:var(--act);color:var(--act-ink)}.turn-you>div:last-child dt{color:inherit}
.sign{inline-size:1.2rem;block-size:1.2rem;flex:none}
.way{min-inline-size:0}
.stations{list-style:none;padding:0;display:grid;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr)}
.station{position:relative;text-align:center;padding-inline:.1rem;color:var(--soft)}
.station .icon{position:relative;display:inline-block;padding:.3rem;border-radius:.8rem;background:var(--card);z-index:1}
svg.thing{inline-size:3rem;block-size:3rem;display:block;padding:0}
.mark{position:absolute;inset-block-start:-.2rem;inset-inline-end:-.35rem;inline-size:1.35rem;block-size:1.35rem;background:var(--card);
border-radius:50%}
.name,.state{display:block;line-height:1.25;overflow-wrap:normal}
.name{color:var(--ink)}
.state{font-size:1rem}
@media print,(min-width:48.01rem){.is-unknown .state{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;
clip-path:inset(50%)}}
.station::before{content:"";position:absolute;inset-block-start:1.75rem;inset-inline-start:-50%;inline-size:100%;
border-block-start:.18rem dashed var(--edge)}
.station:first-child::before{content:none}
.to-ok::before{border-block-start:.18rem solid var(--ok)}
.to-degraded::before{border-block-start:.18rem dashed var(--weak)}
.to-broken::before{border-block-start:.18rem dotted var(--bad)}
.to-trying::before{border-block-start:.18rem dashed var(--act)}
.is-ok .icon,.is-ok .state{color:var(--ok)}
.is-degraded .icon,.is-degraded .state{color:var(--weak)}
.is-broken .icon,.is-broken .state{color:var(--bad);font-weight:700}
.is-trying .icon,.is-trying .state{color:var(--act)}
.is-broken .icon{background:var(--bad-tint);outline:.15rem solid var(--bad)}
.caption{margin-block-start:.6rem;color:var(--soft)}
@media (prefers-reduced-motion:no-preference){.is-trying .icon svg{animation:wait 1.2s ease-in-out infinite alternate}
@keyframes wait{from{opacity:.55}to{opacity:1}}}
@media screen and (max-width:48rem){.stations{grid-auto-flow:row;gap:.1rem}
.station{display:grid;grid-template-columns:3rem minmax(0,1fr) auto;gap:.75rem;align-items:center;text-align:start;
padding:.15rem .25rem}
svg.thing{inline-size:2rem;block-size:2rem;padding:0}.station .icon{justify-self:center}
.mark{inline-size:1.15rem;block-size:1.15rem}
.station::before{inset-block-start:-50%;inset-inline-start:1.65rem;inline-size:0;block-size:100%;border-block-start:0!important;
border-inline-start:.18rem dashed var(--edge)}
.to-ok::before{border-inline-start:.18rem solid var(--ok)}.to-broken::before{border-inline-start:.18rem dotted var(--bad)}}
.todo{list-style:none;padding:0;display:grid;gap:1rem;counter-reset:step}
.step{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.4rem 1rem;align-items:start;counter-increment:step}
.step+.step{border-block-start:1px solid var(--edge);padding-block-start:1rem}
.drawing{inline-size:6.5rem;block-size:4.9rem;background:var(--tint);border-radius:.7rem;padding:.35rem;color:var(--soft)}
.drawing .strong{color:var(--act);stroke:currentColor}.drawing .strong.full{stroke:none}
.step-words{display:grid;gap:.6rem;justify-items:start;grid-column:2}
.step:not(:has(.drawing)) .step-words{grid-column:1/-1}
.step-words>p{font-size:1.1rem}
.todo>.step:not(:only-child) .step-words>p::before{content:counter(step) ". ";font-weight:700}
@media screen and (max-width:30rem){.drawing{inline-size:4.4rem;block-size:3.3rem}.card{padding:1rem}}
@media screen and (max-width:24rem){header,main,.foot{padding-inline:.6rem}.card{padding:.9rem}
.station{grid-template-columns:2.6rem minmax(0,1fr) auto;gap:.4rem}.step{grid-template-columns:minmax(0,1fr)}
.step-words{grid-column:1}.values>div{grid-template-columns:minmax(0,1fr);gap:0}}
form{margin:0}
button{font:inherit;font-weight:600;min-block-size:2.9rem;padding:.45rem 1.1rem;border-radius:.6rem;border:.12rem solid var(--act);
background:var(--card);color:var(--act);cursor:pointer;text-align:center;max-inline-size:100%}
button.go,button.choice{background:var(--act);color:var(--act-ink)}
button.quiet{border-color:var(--edge);color:var(--ink)}
button:hover{text-decoration:underline}
button[disabled]{opacity:.6;cursor:progress}
:focus-visible{outline:.2rem solid var(--act);outline-offset:.2rem}
h1:focus{outline:none}
.card>button{justify-self:start}
.buttons,.choices,.task{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center}
.choices button{flex:1 1 9rem}
.choices button[value=unknown]{background:var(--card);color:var(--act)}
.question{display:grid;gap:.75rem}
.question+.question{border-block-start:1px solid var(--edge);padding-block-start:1rem}
.asked{font-size:1.1rem}
.spoken{display:grid;gap:.5rem;container-type:inline-size}
.code{display:flex;gap:.5em;font:700 1.6rem/1.25 ui-monospace,"DejaVu Sans Mono",
Consolas,monospace;font-variant-numeric:tabular-nums;justify-content:flex-start;font-size:min(2.2rem,8.6cqi)}
[dir=rtl] .code{justify-content:flex-end}
.heard{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
details{display:block}
summary{cursor:pointer;font-weight:600;padding-block:.5rem;min-block-size:2.5rem}
details[open]>summary{margin-block-end:.4rem}
.camera>*+*{margin-block-end:.5rem}
.qrs{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center}
.qr{flex-basis:100%;order:1}
.qr svg{inline-size:100%;max-inline-size:22rem;block-size:auto;display:block;border-radius:.4rem;stroke:none}
.page-of{inline-size:1.3rem;block-size:1.3rem}
.page-of:not(:checked)+.page-label+.qr{display:none}
.receipt{border-color:var(--ok);background:var(--ok-tint)}
.receipt h2{display:flex;gap:.6rem;align-items:center;font-size:1.35rem}
.receipt h2 .mark{position:static;color:var(--ok);background:none;inline-size:1.8rem;block-size:1.8rem;flex:none}
.receipt-code,.receipt-rows [dir=ltr]{font-family:ui-monospace,"DejaVu Sans Mono",Consolas,monospace}
.receipt .hint{color:var(--ink)}
.receipt-line{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:center}
.wish{border:.15rem solid var(--act)}
.watched{background:var(--tint)}
.trouble,.gone{background:var(--weak-tint);border-color:var(--weak)}
.rows>div{padding-block:.25rem}.rows dt{color:var(--soft)}.rows dd{margin:0}
.why dl{margin-block-start:.75rem}
.why ul,.notes ul,.already ul,.changed ul{padding-inline-start:1.2rem;display:grid;gap:.3rem}
details.card{display:block}
.part{border-block-start:1px solid var(--edge)}
.values{font-size:1rem}
.values>div{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:1rem;padding-block:.2rem}
.values dd{margin:0}.values code{font-size:1rem;color:var(--soft)}
.on-paper,.by-script{display:none}
.js .by-script{display:inline-block}
.foot{padding-block:0 2rem;display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center}
[hidden]{display:none!important}
@media (forced-colors:active){.card,.turn>div,.drawing,.is-broken .icon,.receipt{border:1px solid CanvasText}
.station::before{border-color:CanvasText!important}.qr svg{forced-color-adjust:none}}
@media print{:root{--ground:#fff;--card:#fff;--ink:#000;--soft:#333;--edge:#999;--act:#000;--tint:#fff;--ok:#000;--weak:#000;
--bad:#000;--ok-tint:#fff;--bad-tint:#fff}
@page{size:A4;margin:14mm}
html{font-size:11pt}
header .languages,form,.by-script,.fields,.why,.send,.already,.changed,.notes,.foot,.hint,.checked form,.gone{display:none!important}
.card{border:0;padding:.4rem 0;break-inside:avoid}
.columns,.first,.second{display:block}
.qr svg{max-inline-size:6.5cm}
.has-receipt .card:not(.receipt),.has-receipt .checked,.has-receipt .third{display:none!important}
.on-paper{display:block}.on-screen{display:none}
.paper-title{font-size:1.4rem;font-weight:700}
.receipt{display:block}.receipt>*{margin-block-end:.7rem}.receipt .hint{display:block!important}
.receipt-rows>div{display:grid;grid-template-columns:5cm 1fr;gap:.5cm;padding-block:.15cm;border-block-end:1px solid #999}
.receipt-rows dd{margin:0}
.paper-qr svg{inline-size:7cm;block-size:7cm;stroke:none}
.receipt-line{font-size:1.2rem}}
"""
