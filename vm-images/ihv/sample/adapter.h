// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One adapter of the DLL.
 *
 * Handlers only check, copy and queue; all work is done by the adapter's own thread (engine.c),
 * so that no handler waits for the air and every completion comes from another thread than its
 * handler ("Pre-Association Operation Guidelines", "Performing a Post-Association Operation").
 * `phase` decides who may complete an operation: it changes under the lock, once.
 */
#ifndef HIL_SAMPLE_ADAPTER_H
#define HIL_SAMPLE_ADAPTER_H

#include "enterprise.h"
#include "handshake.h"
#include "profile.h"
#include "wep_eap.h"
#include "wlanihv.h"

/* Reason codes of this DLL, from the block that belongs to IHVs (l2cmn.h). */
typedef enum Reason {
    REASON_SUCCESS = L2_REASON_CODE_SUCCESS,
    REASON_HANDSHAKE_TIMEOUT = L2_REASON_CODE_IHV_BASE + 1,
    REASON_CANCELLED,
    REASON_KEY_REFUSED,
    REASON_RSNE_MISMATCH,
    REASON_SEND_FAILED,
    REASON_BAD_PROFILE,
    REASON_NOT_SUPPORTED,
    REASON_WRONG_STATE,
    REASON_INTERNAL,
    REASON_ONEX_REFUSED,
    REASON_ONEX_FAILED,
    REASON_ONEX_NO_KEYS,
    REASON_NO_AUTHENTICATOR,
} Reason;

#define PACKET_MAX 2304 /* longest payload of an 802.11 frame (IEEE 802.11-2020 9.2.4.7) */

typedef enum Phase {
    PHASE_IDLE,         /* after InitAdapter or AdapterReset */
    PHASE_PRE_PENDING,  /* PerformPreAssociate returned success, no completion yet */
    PHASE_PRE_DONE,     /* connected profile known, no port */
    PHASE_POST_PENDING, /* PerformPostAssociate returned success, no completion yet */
    PHASE_POST_DONE,    /* completed; the port lives on */
    PHASE_GONE,         /* DeinitAdapter */
} Phase;

typedef enum JobKind {
    JOB_PRE_ASSOCIATE,
    JOB_POST_ASSOCIATE,
    JOB_RECEIVE,
    JOB_ONEX_RESULT,
    JOB_SENT,
    JOB_STOP,
    JOB_RESET,
    JOB_EXIT,
} JobKind;

typedef struct PreAssociation {
    HANDLE session;
    DOT11_SSID ssid;
    SecurityProfile profile;
    Rsne beacon; /* of an access point that offers what the profile wants; else empty */
} PreAssociation;

typedef struct PostAssociation {
    HANDLE session;
    uint8_t peer[6];
    bool open; /* without a handshake: open, WEP; there are no elements to look for */
    bool wpa;  /* the elements are WPA's */
    Rsne own;
    Rsne beacon;
} PostAssociation;

typedef struct Job {
    struct Job *next;
    JobKind kind;
    Phase before;    /* STOP, RESET: phase it was in */
    HANDLE session;  /* STOP, RESET: operation or port it belongs to */
    HANDLE finished; /* STOP, RESET: signalled when done */
    HANDLE send;     /* SENT */
    size_t size;     /* RECEIVE */
    uint8_t source[6]; /* RECEIVE */
    union {
        PreAssociation pre;
        PostAssociation post;
        uint8_t frame[PACKET_MAX];
        OneXResult onex;
    };
} Job;

typedef struct Adapter {
    struct Adapter *next;
    HANDLE handle; /* what the OS knows us by: a number, never an address */
    HANDLE service;
    GUID guid;
    HANDLE thread;
    HANDLE wake;
    CRITICAL_SECTION lock; /* what follows up to `waiting`; never held across a framework call */
    Phase phase;
    HANDLE connect_session; /* of the operation in PHASE_PRE_PENDING */
    HANDLE post_session;    /* of the port in PHASE_POST_PENDING and PHASE_POST_DONE */
    bool open;              /* the network is to have no handshake */
    bool wpa;               /* it is to be WPA's */
    Job *first;
    Job *last;
    unsigned waiting; /* jobs in the queue */
    /* The rest belongs to the adapter's thread. */
    bool has_address;
    uint8_t address[6];
    bool has_pmk;
    uint8_t pmk[PMK_SIZE];
    uint8_t pmk_of[SHA256_SIZE]; /* hash of SSID and passphrase the PMK was made from */
    PostAssociation post;
    Handshake handshake;
    Enterprise enterprise;
    WepEap wep;
    bool install_pending; /* M4 is on its way; keys follow its completion */
    HandshakeOutput pending;
    HANDLE m4_send;
    ULONGLONG deadline_ms; /* of the handshake, GetTickCount64; 0 for none */
} Adapter;

/* handlers (main.c puts them into the table) */
DWORD WINAPI adapter_init(PDOT11_ADAPTER data, HANDLE service, PHANDLE handle);
VOID WINAPI adapter_deinit(HANDLE handle);
DWORD WINAPI adapter_pre_associate(HANDLE handle, HANDLE session,
                                   PDOT11EXT_IHV_PROFILE_PARAMS params,
                                   PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                   PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                                   PDWORD reason);
DWORD WINAPI adapter_reset(HANDLE handle);
DWORD WINAPI adapter_post_associate(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port,
                                    ULONG size, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params);
DWORD WINAPI adapter_stop_post_associate(HANDLE handle, PDOT11_MAC_ADDRESS peer,
                                         DOT11_ASSOC_STATUS status);
DWORD WINAPI adapter_receive_packet(HANDLE handle, DWORD size, LPVOID buffer);
DWORD WINAPI adapter_send_completion(HANDLE completion);
DWORD WINAPI adapter_onex_result(HANDLE handle, DOT11_MSONEX_RESULT result,
                                 PDOT11_MSONEX_RESULT_PARAMS params);

bool adapter_exists(HANDLE handle);
/* The hDot11SvcHandle of an adapter, or NULL. */
HANDLE adapter_service(HANDLE handle);
void adapters_open(void);
/* Ends what DeinitAdapter was not called for. */
void adapters_close(void);

/* engine.c: the adapter's thread and its queue. */
DWORD WINAPI engine_main(LPVOID adapter);
/* Queues a job (owned from then on); false if the queue is full. Call with the lock held. */
bool engine_queue(Adapter *adapter, Job *job);
Job *engine_new_job(JobKind kind);
void engine_free_job(Job *job);

/* association.c: parses what PerformPostAssociate is given; false if it is malformed. Of an open
 * association (post->open) the peer alone is of interest. */
bool association_read(const DOT11_PORT_STATE *port, ULONG size,
                      const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *params,
                      PostAssociation *post);

#endif
