"""``portal plugins`` and ``portal rules``: what is loaded, any rule asked with JSON. Needs no database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import IO, Any, NoReturn

import click

from portal.campaigns.declarations import CONTRACT, Campaign, Refused, Rule
from portal.campaigns.registry import Plugin, Registry, load_registry
from portal.campaigns.sources import Clause
from portal.core.errors import NotFound
from portal.core.settings import Settings
from portal.core.text import Message, _


def _registry() -> Registry:
    """Never strict: the status of a broken plugin is what is asked for."""
    settings = Settings()
    return load_registry(settings.plugins, safe_mode=settings.on("SAFE_MODE"))


@click.group(invoke_without_command=True)
@click.pass_context
def plugins(context: click.Context) -> None:
    """List the campaign plugins; exit code 1 if one is broken."""
    if context.invoked_subcommand is None:
        context.invoke(list_plugins)


@plugins.command("list")
def list_plugins() -> None:
    """One line for each plugin."""
    registry = _registry()
    for plugin in registry.plugins.values():
        state = _("有问题") if plugin.problems else _("正常")
        label = plugin.campaign.label if plugin.campaign else "-"
        click.echo(f"{plugin.name}\t{state}\t{label}\t{plugin.origin}")
    _finish(registry)


@plugins.command()
def status() -> None:
    """What each plugin declares, and every problem in full."""
    registry = _registry()
    if Settings().on("SAFE_MODE"):
        click.echo(_("安全模式：没有加载任何插件。"))
    click.echo(Message(_("契约版本 %(n)s，插件 %(count)s 个。"), n=CONTRACT, count=len(registry.plugins)))
    for plugin in registry.plugins.values():
        click.echo(f"{plugin.name} ({plugin.origin})")
        for name, count in count_declared(plugin).items():
            click.echo(f"  {name} {count}")
        for problem in plugin.problems:
            click.echo(f"  ! {problem}")
    _finish(registry)


def count_declared(plugin: Plugin) -> dict[str, int]:
    """How many of each the plugin's campaign declares; empty for a plugin that gave none."""
    c = plugin.campaign
    if c is None:
        return {}
    declared: dict[str, object] = {
        _("职责"): c.duties,
        _("成员"): c.roster,
        _("报表"): c.forms,
        _("台账"): c.ledgers,
        _("触发条件"): c.thresholds,
        _("规则"): c.rules,
        _("口径"): c.policies,
        _("代码表"): c.code_lists,
        _("依据文件"): c.sources,
    }
    return {name: len(given) if isinstance(given, tuple) else 0 for name, given in declared.items()}


def _finish(registry: Registry) -> None:
    if any(p.problems for p in registry.plugins.values()):
        sys.exit(1)


@click.group()
def rules() -> None:
    """Ask the explainable rules of the campaigns."""


@rules.command("list")
def list_rules() -> None:
    """Every rule with its name and what it asks for."""
    for campaign in _registry().campaigns.values():
        for rule in campaign.rules:
            inputs = ", ".join(f.key for f in rule.inputs)
            click.echo(f"{campaign.key}.{rule.key}\t{rule.label}\t{inputs}")


@rules.command("eval")
@click.argument("name", metavar="CAMPAIGN.RULE")
@click.argument("file", type=click.File(encoding="utf-8"), default="-")
def evaluate(name: str, file: IO[str]) -> None:
    """Read JSON objects, one a line, from FILE or standard input; print one JSON object for each.

    Exit code 1 when a line was refused or could not be read.
    """
    campaign, rule = _find_rule(name)
    answers = answer_lines(campaign, rule, file)
    failed = False
    for answer in answers:
        failed = failed or "error" in answer or "refused" in answer
        click.echo(json.dumps(answer, ensure_ascii=False, default=str))
    if failed:
        sys.exit(1)


def _find_rule(name: str) -> tuple[Campaign, Rule]:
    key, _dot, rule_key = name.partition(".")
    campaign = _registry().find(key)
    rule = next((r for r in campaign.rules if r.key == rule_key), None) if campaign else None
    if campaign is None or rule is None:
        raise NotFound(Message(_("没有规则“%(name)s”，用 portal rules list 查看。"), name=name[:80]))
    return campaign, rule


def answer_lines(campaign: Campaign, rule: Rule, lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    """One answer for each line that is not blank; a bad line never stops the next one."""
    for line in lines:
        if line.strip():
            yield answer(campaign, rule, line)


def answer(campaign: Campaign, rule: Rule, line: str) -> dict[str, Any]:
    """``value`` with its steps, or ``refused`` with the clause, or ``error``."""
    try:
        given = json.loads(line, parse_constant=_no_constant)
        if not isinstance(given, dict):
            return {"error": str(_("每行应为一个 JSON 对象。"))}
    except (ValueError, RecursionError) as error:
        return {"error": str(Message(_("不是有效的 JSON：%(why)s"), why=str(error)[:200]))}
    try:
        found = rule.evaluate(given)
    except Refused as refusal:
        return {"refused": str(refusal.reason), "clause": cite(campaign, refusal.clause)}
    except ValueError as error:
        return {"error": str(error)}
    except Exception as error:  # a rule is a plugin's code; the next line is asked all the same
        return {"error": str(Message(_("规则出错：%(why)s"), why=f"{type(error).__name__}: {error}"[:200]))}
    return {
        **found.value,
        "steps": [str(s) for s in found.steps],
        "warnings": [str(w) for w in found.warnings],
        "clauses": [cite(campaign, c) for c in found.clauses],
    }


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def cite(campaign: Campaign, clause: Clause) -> str:
    """Document number, title and article in one line."""
    source = campaign.source(clause.source)
    return str(
        Message(
            _("%(number)s《%(title)s》%(article)s"),
            number=source.number,
            title=source.title,
            article=clause.article,
        )
    )
