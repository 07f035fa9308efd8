# SPDX-License-Identifier: GPL-2.0-or-later
"""`[[network.links]]`: how well access points and stations hear each other."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from harness.config.validation import Strict
from hwsim.ap.channels import channel_freq_mhz
from hwsim.links.links import NOISE_DBM, STRONGEST_DBM, WEAKEST_DBM
from hwsim.links.propagation import received_dbm

_WAYS: Final = ("signal_dbm", "snr_db", "distance_m")
_WITH_DISTANCE: Final = ("path_loss_exponent", "tx_power_dbm")


class Link(Strict):
    """The link between an access point and a station, the same both ways; of several that fit, the
    first counts.

    With a signal given, a frame may be lost by its signal-to-noise ratio: the more easily the
    higher its rate and the longer it is (the union bound of OFDM's codes; DSSS and CCK as coherent
    PSK). A frame to one station is lost if seven attempts are. Without a link all is heard.
    """

    access_point: Annotated[int, Field(ge=1, le=8)] | None = None
    """Which access point, those of `neighbours` behind our own; left out: every one."""
    station: Annotated[int, Field(ge=1, le=4)] | None = None
    """Which of the guest's radios; left out: every one."""
    signal_dbm: Annotated[int, Field(ge=WEAKEST_DBM, le=STRONGEST_DBM)] | None = None
    """How strongly they hear each other."""
    snr_db: Annotated[int, Field(ge=-20, le=90)] | None = None
    """The same as a signal-to-noise ratio."""
    distance_m: Annotated[float, Field(ge=1, le=100_000)] | None = None
    """The same as a distance: log-distance path loss, from free space at 1 m."""
    path_loss_exponent: Annotated[float, Field(ge=1.5, le=6)] = 3.0
    """Of a distance: 2 in free space, about 3 indoors, up to 6 behind walls."""
    tx_power_dbm: Annotated[int, Field(ge=-10, le=36)] = 20
    """Of a distance: how strongly both send."""
    noise_dbm: Annotated[int, Field(ge=WEAKEST_DBM, le=STRONGEST_DBM)] = NOISE_DBM
    """What both hear besides."""
    loss: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The probability that a frame is lost whatever its rate, all its attempts together."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Link:
        given = [name for name in _WAYS if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} say the same: give one of them")
        if not given and not self.loss:
            raise ValueError(f"has none of {', '.join(_WAYS)}, loss: it would change nothing")
        without = [name for name in _WITH_DISTANCE if name in self.model_fields_set]
        if without and self.distance_m is None:
            raise ValueError(f"{without[0]} goes with distance_m only")
        if "noise_dbm" in self.model_fields_set and not given:
            raise ValueError(f"noise_dbm goes with {' or '.join(_WAYS)} only")
        return self

    def to_json(self, channel: int) -> dict[str, Any]:
        """The form the air takes, on that channel."""
        told: dict[str, Any] = {"loss": self.loss}
        told |= {
            name: value
            for name in ("access_point", "station")
            if (value := getattr(self, name)) is not None
        }
        signal_dbm = self._signal_dbm(channel)
        if signal_dbm is not None:
            told |= {"signal_dbm": signal_dbm, "noise_dbm": self.noise_dbm}
        return told

    def _signal_dbm(self, channel: int) -> int | None:
        signal: float | None = self.signal_dbm
        if self.snr_db is not None:
            signal = self.noise_dbm + self.snr_db
        elif self.distance_m is not None:
            signal = received_dbm(
                self.distance_m, channel_freq_mhz(channel),
                tx_power_dbm=self.tx_power_dbm, exponent=self.path_loss_exponent,
            )  # fmt: skip
        return None if signal is None else min(max(round(signal), WEAKEST_DBM), STRONGEST_DBM)
