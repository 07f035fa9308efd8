// SPDX-License-Identifier: GPL-2.0-or-later
/* The post-association operation of a station: its handshake, its keys, its completion. */
#include <string.h>

#include "framework.h"
#include "station.h"

enum { PASSPHRASE_MIN = 8, PASSPHRASE_MAX = 63 }; /* IEEE 802.11-2020, J.4.1 */

static HANDLE session_told(const Station *station, HANDLE session)
{
    if (station->settings.defect == DEFECT_WRONG_SESSION)
        return (HANDLE)((ULONG_PTR)session ^ 0x5a5a0);
    return session;
}

void station_complete(Station *station, HANDLE session, Reason reason, DWORD error)
{
    DOT11_MAC_ADDRESS peer;
    service_lock();
    bool due = station->phase == PHASE_POST && station->security_session == session;
    if (due)
        station->phase = PHASE_OPEN;
    memcpy(peer, station->supplicant.ap, sizeof peer);
    service_unlock();
    if (due && station->settings.defect != DEFECT_FORGETS_TO_COMPLETE)
        service_api.Dot11ExtPostAssociateCompletion(
            station->service, session_told(station, session), &peer, reason, error);
}

/* Whether the port of that session is still there. */
static bool lives(Station *station, HANDLE session)
{
    service_lock();
    bool is = (station->phase == PHASE_POST || station->phase == PHASE_OPEN) &&
              station->security_session == session;
    service_unlock();
    return is;
}

static DWORD set_keys(Station *station, HANDLE session, const uint8_t peer[6], const Reply *reply)
{
    DWORD error = ERROR_SUCCESS;
    if (reply->set_pairwise && lives(station, session))
        error = framework_pairwise_key(station->service, peer, reply->temporal);
    if (error == ERROR_SUCCESS && reply->set_group && lives(station, session))
        error = framework_group_key(station->service, &reply->group, station->settings.defect);
    return error;
}

/* Does what the handshake asks for, then completes if that was its end. */
static void act_on_reply(Station *station, HANDLE session, const uint8_t peer[6], Reply *reply)
{
    DWORD error = ERROR_SUCCESS;
    switch (reply->answer) {
    case ANSWER_NOTHING:
        return;
    case ANSWER_M2:
        if (station->settings.defect == DEFECT_BAD_M2_MIC)
            reply->frame[reply->length - 1] ^= 1;
        if (lives(station, session)) /* one that is lost comes again: the access point asks again */
            framework_send(station->service, peer, reply->frame, reply->length);
        return;
    case ANSWER_M4: /* it goes in the clear, so it is sent before there are keys */
        if (lives(station, session))
            error = framework_send(station->service, peer, reply->frame, reply->length);
        if (error == ERROR_SUCCESS)
            error = set_keys(station, session, peer, reply);
        break;
    case ANSWER_G2:
        error = set_keys(station, session, peer, reply);
        if (error == ERROR_SUCCESS && lives(station, session))
            framework_send(station->service, peer, reply->frame, reply->length);
        return;
    case ANSWER_DOWNGRADE:
        station_complete(station, session, REASON_DOWNGRADE, ERROR_ACCESS_DENIED);
        return;
    case ANSWER_BROKEN:
        error = ERROR_INTERNAL_ERROR;
        break;
    }
    station_complete(station, session, error == ERROR_SUCCESS ? REASON_NONE : REASON_INTERNAL,
                     error);
}

void station_receive(Station *station, const uint8_t peer[6], const uint8_t *pdu, size_t length)
{
    Reply reply;
    HANDLE session;
    memset(&reply, 0, sizeof reply);
    service_lock();
    session = station->security_session;
    if ((station->phase == PHASE_POST || station->phase == PHASE_OPEN) &&
        memcmp(peer, station->supplicant.ap, 6) == 0)
        supplicant_take(&station->supplicant, pdu, length, &reply);
    service_unlock();
    act_on_reply(station, session, peer, &reply);
    SecureZeroMemory(&reply, sizeof reply);
}

/* A passphrase, with or without a final zero byte: its length, 0 if it is none. */
static size_t passphrase_length(const uint8_t *answer, size_t length)
{
    if (answer != NULL && length > 0 && answer[length - 1] == 0)
        length--;
    if (answer == NULL || length < PASSPHRASE_MIN || length > PASSPHRASE_MAX)
        return 0;
    for (size_t i = 0; i < length; i++)
        if (answer[i] < 0x20 || answer[i] > 0x7e)
            return 0;
    return length;
}

/* The access point sends M1 again and again; the next one that comes is answered under this key. */
void station_answered(Station *station, const void *answer, size_t length)
{
    uint8_t pmk[PMK_LENGTH];
    DOT11_SSID ssid;
    size_t size = passphrase_length(answer, length);
    service_lock();
    HANDLE session = station->security_session;
    ssid = station->ssid;
    station->asked = false;
    service_unlock();
    if (size == 0) {
        station_complete(station, session, REASON_DECLINED, ERROR_CANCELLED);
        return;
    }
    if (!primitives_pmk(answer, size, ssid.ucSSID, ssid.uSSIDLength, pmk)) {
        station_complete(station, session, REASON_INTERNAL, ERROR_INTERNAL_ERROR);
        return;
    }
    service_lock();
    if (station->phase >= PHASE_READY && station->phase <= PHASE_OPEN) {
        memcpy(station->supplicant.pmk, pmk, sizeof pmk);
        station->supplicant.has_pmk = true;
    }
    service_unlock();
    SecureZeroMemory(pmk, sizeof pmk);
}
