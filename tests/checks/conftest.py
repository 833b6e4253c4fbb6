"""What tests of checks share with tests of looking."""

from tests.fixtures.conftest import toys

__all__ = ["toys"]
