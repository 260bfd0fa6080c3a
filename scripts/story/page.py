"""What is left to look at: one HTML page with every chapter, every report, and the pictures that were shown."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from credential import parse_vct, texts
from ledger import load_catalogue
from scripts.story.teller import Teller

_VERDICTS = {
    "accepted": ("✓", "认可", "accepted"),
    "rejected": ("✕", "不认可", "rejected"),
    "undetermined": ("?", "无法判定", "cannot tell"),
}

_PAGE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>一张证照，两个省 One licence, two provinces</title>
<style>
  :root { color-scheme: light; --ink: #1a1c1e; --quiet: #565b61; --line: #d5d9de; }
  body { font: 16px/1.6 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
         color: var(--ink); max-width: 62rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
  h1 { font-size: 1.8rem; line-height: 1.3; margin-bottom: .2rem }
  h2 { font-size: 1.2rem; margin: 2.4rem 0 .4rem; border-top: 1px solid var(--line); padding-top: 1rem }
  .quiet { color: var(--quiet) }
  .check { display: grid; grid-template-columns: 11rem 1fr; gap: 1.2rem; border: 1px solid var(--line);
           border-left: .5rem solid var(--mark); border-radius: .4rem; padding: 1rem; margin: 1rem 0 }
  .check img { width: 11rem; image-rendering: pixelated; background: #fff }
  .accepted { --mark: #0b6b3a } .rejected { --mark: #b3261e } .undetermined { --mark: #8a5a00 }
  .verdict { font-size: 1.5rem; font-weight: 700; color: var(--mark); margin: 0 }
  .check h3 { margin: 0; font-size: 1rem }
  table { border-collapse: collapse; font-size: .9rem; width: 100% }
  td { overflow-wrap: anywhere } th { white-space: nowrap; font-weight: 600 }
  td, th { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid var(--line) }
  ul { padding-left: 1.2rem } details { margin-top: .5rem }
  @media (max-width: 40rem) { .check { grid-template-columns: 1fr } }
</style>
<h1>一张证照，两个省<br>One licence, two provinces</h1>
<p class="quiet">{{ expectations }} 项预期全部成立，用时 {{ "%.0f" | format(seconds) }} 秒 ·
  {{ expectations }} expectations held in {{ "%.0f" | format(seconds) }} s · network {{ fingerprint }}</p>
{% for chapter in chapters %}
<h2>{{ loop.index }}. {{ chapter.title }} <span class="quiet">{{ "%.1f" | format(chapter.seconds) }} s</span></h2>
<ul>{% for line in chapter.lines %}<li>{{ line }}</li>{% endfor %}</ul>
{% for check in chapter.checks %}
{% set mark, zh, en = verdicts[check.report.verdict] %}
<section class="check {{ check.report.verdict }}">
  <div>{% if check.picture %}<img alt="出示的二维码 the QR code shown" src="{{ check.picture }}">{% endif %}</div>
  <div>
    <h3>{{ check.title }}</h3>
    <p class="verdict">{{ mark }} {{ zh }} <small>{{ en }}</small></p>
    {% for row in check.report.rows if row.outcome != "passes" and not row.needs %}
    <p>{{ row.text.zh }}<br><span class="quiet">{{ row.text.en }}</span><br>
       → {{ row.next.zh }}<br><span class="quiet">→ {{ row.next.en }}</span></p>
    {% endfor %}
    {% for condition in check.report.conditions %}
    <p><strong>还要做 still to do: {{ condition.text.zh }}</strong><br>
       <span class="quiet">{{ condition.text.en }}</span></p>
    {% endfor %}
    {% if check.report.claims %}<table>{% for name, value in check.report.claims.items() %}
      <tr><th>{{ labels(check.report).get(name, name) }}</th><td>{{ value }}</td></tr>{% endfor %}
      {% for label, value in grounds(check.report) %}
      <tr><th>{{ label }}</th><td>{{ value }}</td></tr>{% endfor %}</table>{% endif %}
    <p class="quiet">{{ "%.1f" | format(check.milliseconds) }} ms over HTTP ·
      数据截至 facts as of {{ moment(check.report.as_of) if check.report.as_of else "—" }}</p>
    <details><summary>十四条规则 the fourteen rules</summary><table>{% for row in check.report.rows %}
      <tr><td>{{ row.number }}</td><td>{{ row.rule }}</td><td>{{ row.outcome }}</td><td>{{ row.code }}</td></tr>
      {% endfor %}</table></details>
  </div>
</section>
{% endfor %}{% endfor %}
"""


def write_page(teller: Teller, fingerprint: str, target: Path) -> None:
    """Renders what the teller kept; every text is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    html = environment.from_string(_PAGE).render(
        chapters=[chapter for chapter in teller.chapters if chapter.lines],
        expectations=teller.expectations,
        seconds=sum(chapter.seconds for chapter in teller.chapters),
        fingerprint=fingerprint,
        verdicts=_VERDICTS,
        labels=_labels,
        grounds=_grounds,
        moment=texts.time,
    )
    target.write_text(html, encoding="utf-8")


def _labels(report: dict[str, Any]) -> dict[str, str]:
    """The fields' Chinese labels, of the type that the report is about."""
    certificate_type = load_catalogue().by_code(*parse_vct(report["claimed"]["certificate_type"]))
    assert certificate_type is not None
    return {"issuer": "发证机关网址"} | {field.name: field.zh for field in certificate_type.fields}


def _grounds(report: dict[str, Any]) -> list[tuple[str, str]]:
    """Who issued an accepted credential, and why it counts at the window: rows 3 and 12."""
    issuer, basis = report["rows"][2]["evidence"], report["rows"][11]["evidence"]
    agreement = (
        f"第 {basis['agreement']} 号互认协议 agreement no. {basis['agreement']}" if "agreement" in basis else "—"
    )
    return [
        ("发证机关", f"{issuer['authority_name']}（{texts.region(issuer['region'])[0]}）"),
        ("认可依据", agreement),
    ]


def data_url(picture: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()
