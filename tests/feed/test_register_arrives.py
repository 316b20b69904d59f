"""A generated register through each format, the feed and the core: what the core holds is what was generated."""

from __future__ import annotations

import pytest

from adapters.samples.files import FileFormat
from support.nights import FedRegister


@pytest.mark.parametrize("form", FileFormat)
@pytest.mark.parametrize(("units", "nights"), [(10, 40), (61, 30), (400, 30), (3_000, 3)])
def test_the_core_holds_the_generator_s_register_after_every_night(form, units, nights, tmp_path):
    register = FedRegister(form, units, seed=units, folder=tmp_path)
    assert register.differences() == []
    register.live(nights)
    assert register.differences() == []
    assert [report.damaged + report.vanished for report in register.reports] == [[]] * (nights + 1)
    assert register.replay.outcomes["refused"] == 0
    assert sum(report.changed + report.new for report in register.reports[1:]) > 0
    assert register.feed_again().sent == 0
