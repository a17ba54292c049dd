"""Checks of what a learner writes in an exercise: `check` answers in words, `hint` helps step by step."""

from course_lib.checks.framework import TODO, check, hint

__all__ = ["TODO", "check", "hint"]
