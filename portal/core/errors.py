"""The few errors a service raises. ``portal.web.errors`` maps them to HTTP, the command line to one line."""

from __future__ import annotations

from collections.abc import Mapping

from portal.core.text import Message, Text, _


class PortalError(Exception):
    """Base of all expected errors; ``message`` is written for the person who has to act on it."""

    def __init__(self, message: Message | Text | None = None) -> None:
        self.message: Message | Text = message if message is not None else _("操作未能完成。")
        super().__init__(str(self.message))


class NotFound(PortalError):
    """Not there, or not for this reader: the two must look the same."""

    def __init__(self, message: Message | Text | None = None) -> None:
        super().__init__(message or _("没有找到您要的内容。"))


class NotAllowed(PortalError):
    """The reader may see the thing but the post carries no right to do this."""

    def __init__(self, message: Message | Text | None = None) -> None:
        super().__init__(message or _("您的岗位没有办理此事项的权限。"))


class Invalid(PortalError):
    """Input that cannot be taken; ``problems`` maps a field key ('' = the whole form) to its sentence."""

    def __init__(self, problems: Mapping[str, Message | Text]) -> None:
        self.problems = dict(problems)
        super().__init__(next(iter(self.problems.values()), None))


class Conflict(PortalError):
    """Somebody else changed the thing in the meantime, or its state forbids the step."""


class PluginError(PortalError):
    """A plugin raised or declared nonsense; the rest of the portal serves on."""
