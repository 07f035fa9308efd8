# SPDX-License-Identifier: GPL-2.0-or-later
"""The framework functions (DOT11EXT_APIS) that the DLL calls, as the OS side of them.

AllocateBuffer and FreeBuffer stay in the host process; the others arrive here by their documented
name with arguments by their documented parameter name, and are answered with {"status": Win32
error, …}. What the documents forbid is refused with an error and never ends the service. The four
functions of a virtual station are answered with ERROR_NOT_SUPPORTED: this service has none.

Phases: docs/contract.md, "When a framework function may be called".
"""

from __future__ import annotations

from collections.abc import Callable

from .. import codes
from ..ihv_host.call_queue import Arguments
from ..log import note
from ..radio import rsn
from ..radio.interface import Radio, RadioError
from . import keys
from .attempt import WITH_SESSION, Completion, Phase
from .connection import Connection
from .keys import Key, KeyFormatError
from .packets import EAPOL, HEADER_BYTES, Exemption

NOT_SUPPORTED = (
    "Dot11ExtNicSpecificExtension",  # NIC-01: the radio's driver has no such request
    "Dot11ExtRequestVirtualStation",
    "Dot11ExtReleaseVirtualStation",
    "Dot11ExtQueryVirtualStationProperties",
    "Dot11ExtSetVirtualStationAPProperties",
)
MAX_USER_DATA_BYTES = 64 * 1024
MAX_UI_REQUESTS = 64
MAX_ETHERTYPES = 32


class Refusal(Exception):
    """A Win32 error to answer with."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Win32 error {status}")
        self.status = status


class Framework:
    """Answers framework functions for one adapter."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._user_data: dict[tuple[str, int], str] = {}
        self._ui_requests: dict[str, bool] = {}  # every one of this host → still pending
        connection.on_reset = self.reset
        self._functions: dict[str, Callable[[Arguments], Arguments | None]] = {
            "Dot11ExtSendPacket": self._send_packet,
            "Dot11ExtPreAssociateCompletion": self._pre_completion,
            "Dot11ExtPostAssociateCompletion": self._post_completion,
            "Dot11ExtSetEtherTypeHandling": self._set_ethertype_handling,
            "Dot11ExtSetAuthAlgorithm": self._set_auth,
            "Dot11ExtSetUnicastCipherAlgorithm": self._set_unicast_cipher,
            "Dot11ExtSetMulticastCipherAlgorithm": self._set_multicast_cipher,
            "Dot11ExtSetExcludeUnencrypted": self._set_exclude_unencrypted,
            "Dot11ExtSetDefaultKey": self._set_default_key,
            "Dot11ExtSetKeyMappingKey": self._set_key_mapping_key,
            "Dot11ExtSetDefaultKeyId": self._set_default_key_id,
            "Dot11ExtSetProfileCustomUserData": self._set_user_data,
            "Dot11ExtGetProfileCustomUserData": self._get_user_data,
            "Dot11ExtSetCurrentProfile": self._set_current_profile,
            "Dot11ExtSendUIRequest": self._send_ui_request,
            "Dot11ExtSendNotification": self._send_notification,
            "Dot11ExtStartOneX": self._start_onex,
            "Dot11ExtStopOneX": self._stop_onex,
            "Dot11ExtProcessSecurityPacket": self._process_security_packet,
        }
        self._group_keys: dict[int, bool] = {}  # index → also for transmission

    def answer(self, function: str, arguments: Arguments) -> Arguments:
        """Carry out one call; the result always has "status"."""
        try:
            self._check_handle(arguments)
            action = self._functions.get(function)
            if action is None:
                return {"status": codes.ERROR_NOT_SUPPORTED}
            return {"status": codes.ERROR_SUCCESS, **(action(arguments) or {})}
        except Refusal as refusal:
            status = refusal.status
        except KeyFormatError as error:
            note(f"{function}: {error}")
            status = codes.ERROR_INVALID_PARAMETER
        except (KeyError, ValueError, TypeError, AttributeError, IndexError):
            status = codes.ERROR_INVALID_PARAMETER
        except RadioError as error:
            note(f"{function}: refused by the radio: {error.strerror}")
            status = codes.ERROR_GEN_FAILURE
        note(f"{function} refused with {status} while {self._connection.phase.value}")
        return {"status": status}

    def reset(self) -> None:
        """AdapterReset was called: UI requests are cancelled (RST-04)."""
        self.cancel_ui_requests()
        self._group_keys.clear()

    def new_host(self) -> None:
        """The host is new: what the one before was asked and asked for is nobody's."""
        self._ui_requests.clear()
        self._group_keys.clear()

    def ui_requests_known(self) -> list[str]:
        """The requests of this host so far, pending or not."""
        return list(self._ui_requests)

    def take_ui_requests(self) -> list[str]:
        """The pending requests; they are answered now."""
        pending = [guid for guid, is_pending in self._ui_requests.items() if is_pending]
        self.cancel_ui_requests()
        return pending

    def cancel_ui_requests(self) -> None:
        """No request is pending any more (UI-06, RST-04)."""
        self._ui_requests = dict.fromkeys(self._ui_requests, False)

    def _check_handle(self, arguments: Arguments) -> None:
        handle = self._connection.svc_handle
        if not handle or _number(arguments["hDot11SvcHandle"]) != int(handle, 16):
            raise Refusal(codes.ERROR_INVALID_HANDLE)  # ADPT-02, ADPT-03

    # --- completions and packets ---

    def _pre_completion(self, arguments: Arguments) -> None:
        _check(self._connection.preassociation.completion(_handle(arguments["hConnectSession"]),
                                               _completion(arguments)))  # fmt: skip

    def _post_completion(self, arguments: Arguments) -> None:
        _check(self._connection.postassociation.completion(_handle(arguments["hSecuritySessionID"]),
                                                _completion(arguments)))  # fmt: skip

    def _send_packet(self, arguments: Arguments) -> None:
        packet = bytes.fromhex(arguments["data"])
        if len(packet) < HEADER_BYTES or packet[0] & 1:  # TX-01, TX-02
            raise Refusal(codes.ERROR_INVALID_PARAMETER)
        if self._connection.phase not in WITH_SESSION:  # TX-06
            raise Refusal(codes.ERROR_INVALID_STATE)
        self._connection.packets.send(packet, _handle(arguments["hSendCompletion"]))

    # --- 802.1X ---

    def _start_onex(self, _arguments: Arguments) -> None:
        connection = self._connection
        if connection.phase not in WITH_SESSION or not connection.packets.is_registered(EAPOL):
            raise Refusal(codes.ERROR_INVALID_STATE)  # ONEX-01, ONEX-02
        _check(connection.onex.start())

    def _stop_onex(self, _arguments: Arguments) -> None:
        _check(self._connection.onex.stop())

    def _process_security_packet(self, arguments: Arguments) -> None:
        _check(self._connection.onex.packet(bytes.fromhex(arguments["pvInPacket"])))

    def _set_ethertype_handling(self, arguments: Arguments) -> None:
        exemptions = tuple(_exemption(each) for each in arguments["pExemption"] or ())
        registered = frozenset(_ethertype(each) for each in arguments["pusRegistration"] or ())
        counts = int(arguments["uNumOfExemption"]), int(arguments["uNumOfRegistration"])
        if counts != (len(exemptions), len(arguments["pusRegistration"] or ())):  # ETH-06
            raise Refusal(codes.ERROR_INVALID_PARAMETER)
        if max(counts) > MAX_ETHERTYPES:
            raise Refusal(codes.ERROR_INVALID_PARAMETER)
        if not self._may_set_ethertypes():  # ETH-01
            raise Refusal(codes.ERROR_INVALID_STATE)
        self._connection.packets.set_handling(
            min(int(arguments["uMaxBackLog"]), 1024), exemptions, registered
        )

    def _may_set_ethertypes(self) -> bool:
        attempt = self._connection.attempt
        phase = self._connection.phase
        if phase is Phase.PRE_PENDING:
            return attempt is not None and attempt.pre_completion is None
        return phase in (Phase.INITIALIZING, Phase.IDLE, Phase.SCANNING, Phase.MATCHING)

    # --- algorithms ---

    def _set_auth(self, arguments: Arguments) -> None:
        value = int(arguments["dwAuthAlgo"])
        if not rsn.is_known(value, rsn.AUTH_ALGORITHMS):  # KEY-08
            raise Refusal(codes.ERROR_NOT_SUPPORTED)
        self._connection.algorithms.auth = value

    def _set_unicast_cipher(self, arguments: Arguments) -> None:
        self._connection.algorithms.unicast = _cipher(int(arguments["dwUnicastCipherAlgo"]))

    def _set_multicast_cipher(self, arguments: Arguments) -> None:
        self._connection.algorithms.multicast = _cipher(int(arguments["dwMulticastCipherAlgo"]))

    def _set_exclude_unencrypted(self, arguments: Arguments) -> None:
        self._connection.packets.exclude_unencrypted = bool(arguments["bExcludeUnencrypted"])

    # --- keys ---

    def _set_key_mapping_key(self, arguments: Arguments) -> None:
        key = keys.mapping_key(arguments["pKey"])
        radio = self._with_association()
        if key.delete:
            radio.delete_key(0, key.peer)
        else:
            radio.set_pairwise_key(key.peer, key.algorithm, key.key, key.counter)

    def _set_default_key(self, arguments: Arguments) -> None:
        direction = int(arguments["dot11Direction"])
        if direction not in (codes.DIRECTION_INBOUND, codes.DIRECTION_BOTH):  # KEY-01
            raise Refusal(codes.ERROR_INVALID_PARAMETER)
        key = keys.default_key(arguments["pKey"])
        if key.algorithm in rsn.WEP_CIPHERS and self._connection.phase is Phase.PRE_PENDING:
            self._set_early_key(key)
        else:
            self._set_group_key(key, direction)

    def _set_early_key(self, key: Key) -> None:
        """A WEP key for the association to come; the driver forgets one that is not static
        (KEY-05)."""
        known = self._connection.algorithms.wep_keys
        if key.delete:
            known.pop(key.index, None)
        elif key.static:
            known[key.index] = key.key

    def _set_group_key(self, key: Key, direction: int) -> None:
        radio = self._with_association()
        if key.delete:
            radio.delete_key(key.index, None)
            self._group_keys.pop(key.index, None)
            return
        radio.set_group_key(key.index, key.algorithm, key.key, key.counter)
        self._group_keys[key.index] = direction == codes.DIRECTION_BOTH

    def _set_default_key_id(self, arguments: Arguments) -> None:
        """A key set for reception only is never made the kernel's transmit key: an infrastructure
        station transmits with its key mapping key."""
        index = int(arguments["uDefaultKeyId"])
        if not 0 <= index <= 3:  # KEY-02
            raise Refusal(codes.ERROR_INVALID_PARAMETER)
        if self._connection.phase is Phase.PRE_PENDING and self._connection.algorithms.wep_keys:
            self._connection.algorithms.wep_id = index
            return
        radio = self._with_association()
        if self._group_keys.get(index):
            radio.set_transmit_key(index)

    def _with_association(self) -> Radio:
        """The radio, if there is an association that keys can belong to: the radio drops keys of
        before it (KEY-05), but for static ones of WEP."""
        if self._connection.phase not in WITH_SESSION:
            raise Refusal(codes.ERROR_INVALID_STATE)
        return self._connection.radio

    # --- profiles ---

    def _set_user_data(self, arguments: Arguments) -> None:
        data = arguments["pvData"] or ""
        if len(bytes.fromhex(data)) > MAX_USER_DATA_BYTES:
            raise Refusal(codes.ERROR_NOT_ENOUGH_MEMORY)
        self._user_data[self._user_data_key(arguments)] = data

    def _get_user_data(self, arguments: Arguments) -> Arguments:
        data = self._user_data.get(self._user_data_key(arguments), "")
        return {"data": data}

    def _set_current_profile(self, arguments: Arguments) -> None:
        """Empties the profile's user data (PROF-04). The fragments live in the DLL; the profile
        that the user stored is not rewritten."""
        profile_name, _session = self._user_data_key({**arguments, "dwSessionID": 0})
        for key in [key for key in self._user_data if key[0] == profile_name]:
            del self._user_data[key]

    def _user_data_key(self, arguments: Arguments) -> tuple[str, int]:
        attempt = self._connection.attempt
        session = _handle(arguments["hConnectSession"])
        if attempt is None or session != attempt.connect_session or not attempt.pre_returned:
            raise Refusal(codes.ERROR_INVALID_STATE)  # PRE-07, PRE-08
        return attempt.profile.name, int(arguments["dwSessionID"])

    # --- user interface and notifications ---

    def _send_ui_request(self, arguments: Arguments) -> None:
        """Nobody sits at this guest: the request stays pending until a stimulus answers it, or the
        adapter is reset."""
        guid = str(arguments["pIhvUIRequest"]["guidUIRequest"]).lower()
        if self._ui_requests.get(guid):  # UI-02
            raise Refusal(codes.ERROR_ALREADY_EXISTS)
        if sum(self._ui_requests.values()) >= MAX_UI_REQUESTS:
            raise Refusal(codes.ERROR_NOT_ENOUGH_MEMORY)
        while len(self._ui_requests) >= 2 * MAX_UI_REQUESTS:
            ended = next(each for each, pending in self._ui_requests.items() if not pending)
            del self._ui_requests[ended]
        self._ui_requests[guid] = True

    def _send_notification(self, arguments: Arguments) -> None:
        value = arguments["pNotificationData"]
        data = value.get("pData") or ""
        bytes.fromhex(data)
        self._connection.reports.from_dll(int(value["NotificationCode"]), data)


def _check(status: int) -> None:
    if status != codes.ERROR_SUCCESS:
        raise Refusal(status)


def _number(value: object) -> int:
    return value if isinstance(value, int) else int(str(value), 16)


def _handle(value: object) -> str:
    """A handle in the form this service hands out."""
    return hex(_number(value))


def _completion(arguments: Arguments) -> Completion:
    return Completion(int(arguments["dwReasonCode"]), int(arguments["dwWin32Error"]))


def _ethertype(text: str) -> int:
    """An EtherType from its two bytes as they lie in memory, "888e" for EAPOL (ETH-02)."""
    if len(text) != 4:
        raise ValueError("an EtherType has two bytes")
    return int(text, 16)


def _exemption(value: Arguments) -> Exemption:
    exemption = Exemption(
        _ethertype(value["ethertype_bytes"]), int(value["action"]), int(value["packet_type"])
    )
    if exemption.action not in (0, 1, 2) or exemption.packet_type not in (1, 2, 3):  # ETH-06
        raise ValueError("exemption out of range")
    return exemption


def _cipher(cipher: int) -> int:
    if not rsn.is_known(cipher, rsn.CIPHERS):  # KEY-08
        raise Refusal(codes.ERROR_NOT_SUPPORTED)
    return cipher
