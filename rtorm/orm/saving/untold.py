"""Plans that a server of some version cannot be told as they are; they must not be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rtorm.gateway import Gateway
from rtorm.orm.plan import CreatePlan, EditPlan, Plan, Unsendable
from rtorm.orm.records.defined import layout_for

__all__ = ["tellable"]


def tellable(gateway: Gateway, plan: Plan) -> Plan:
    """The plan, or why nothing of it is to be sent."""
    match plan:
        case CreatePlan():
            fields = layout_for(plan.record).fields
            later = {fields[name].edit_wire: name for name in plan.later}
            names = {**later, **plan.names}
            said = gateway.untellable({**dict.fromkeys(later, ""), **plan.fields}, plan.files)
            errors = _by_attribute(said, [names])
        case EditPlan():
            told = [gateway.untellable(form.edit.fields) for form in plan.forms]
            said = {key: why for each in told for key, why in each.items()}
            errors = _by_attribute(said, [form.names for form in plan.forms])
        case _:
            return plan
    return Unsendable(plan.record, errors) if errors else plan


def _by_attribute(
    said: Mapping[str, str], names: Iterable[Mapping[str, str]]
) -> dict[str, list[str]]:
    attributes = {key: name for each in names for key, name in each.items()}
    return {attributes.get(key, ""): [why] for key, why in said.items()}
