// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The binary interface between the Windows WLAN service and an IHV Extensions DLL.
 *
 * mingw-w64 ships windot11.h, wlantypes.h and wlanihvtypes.h but neither wlanihv.h nor
 * wlclient.h, so the declarations below are written from Microsoft's reference pages
 * (windows-driver-docs-ddi, wdk-ddi-src/content/wlanihv and .../wlclient): names, order and
 * layout are facts of the interface.  Every size and offset that a DLL on the other side
 * relies on is asserted at the end of this file (x64 only).
 */
#ifndef HIL_WLANIHV_H
#define HIL_WLANIHV_H

#include <stddef.h>
#include <windows.h>
#include <winuser.h>

#include <ntddndis.h>
#include <windot11.h>
#include <eaptypes.h>
#include <wlanihvtypes.h>

#define IHV_VERSION_FUNCTION_NAME "Dot11ExtIhvGetVersionInfo"
#define IHV_INIT_FUNCTION_NAME "Dot11ExtIhvInitService"
#define IHV_INIT_VS_FUNCTION_NAME "Dot11ExtIhvInitVirtualStation"

/* Reason codes (l2cmn.h): blocks of 0x10000; a DLL owns the IHV block. */
#define L2_REASON_CODE_SUCCESS 0u
#define L2_REASON_CODE_GEN_BASE 0x10000u
#define L2_REASON_CODE_UNKNOWN (L2_REASON_CODE_GEN_BASE + 1)
#define L2_REASON_CODE_IHV_BASE 0x90000u
#define L2_REASON_CODE_IHV_END 0x9ffffu

/* Numbers of algorithms that wlantypes.h of mingw-w64 10 does not have. */
#define DOT11_CIPHER_ALGO_BIP_VALUE 0x06u
#define DOT11_CIPHER_ALGO_GCMP_VALUE 0x08u
#define DOT11_CIPHER_ALGO_GCMP_256_VALUE 0x09u
#define DOT11_CIPHER_ALGO_BIP_GMAC_256_VALUE 0x0cu

#define DOT11EXT_PSK_MAX_LENGTH 64

typedef struct _DOT11_IHV_VERSION_INFO {
    DWORD dwVerMin;
    DWORD dwVerMax;
} DOT11_IHV_VERSION_INFO, *PDOT11_IHV_VERSION_INFO;

typedef struct _DOT11_ADAPTER {
    GUID gAdapterId;
    LPWSTR pszDescription;
    DOT11_CURRENT_OPERATION_MODE Dot11CurrentOpMode;
} DOT11_ADAPTER, *PDOT11_ADAPTER;

typedef struct _DOT11_BSS_LIST {
    ULONG uNumOfBytes;
    PUCHAR pucBuffer; /* DOT11_BSS_ENTRYs back to back: next = 64 + uBufferLength, unaligned */
} DOT11_BSS_LIST, *PDOT11_BSS_LIST;

typedef struct _DOT11_PORT_STATE {
    DOT11_MAC_ADDRESS PeerMacAddress;
    ULONG uSessionId;
    BOOL bPortControlled;
    BOOL bPortAuthorized;
} DOT11_PORT_STATE, *PDOT11_PORT_STATE;

#pragma pack(push, 1)
typedef struct _DOT11_SECURITY_PACKET_HEADER {
    DOT11_MAC_ADDRESS PeerMac;
    USHORT usEtherType; /* network byte order */
    UCHAR Data[1];
} DOT11_SECURITY_PACKET_HEADER, *PDOT11_SECURITY_PACKET_HEADER;
#pragma pack(pop)

typedef struct _DOT11EXT_IHV_CONNECTIVITY_PROFILE {
    LPWSTR pszXmlFragmentIhvConnectivity;
} DOT11EXT_IHV_CONNECTIVITY_PROFILE, *PDOT11EXT_IHV_CONNECTIVITY_PROFILE;

typedef struct _DOT11EXT_IHV_SECURITY_PROFILE {
    LPWSTR pszXmlFragmentIhvSecurity;
    BOOL bUseMSOnex;
} DOT11EXT_IHV_SECURITY_PROFILE, *PDOT11EXT_IHV_SECURITY_PROFILE;

typedef struct _DOT11EXT_IHV_DISCOVERY_PROFILE {
    DOT11EXT_IHV_CONNECTIVITY_PROFILE IhvConnectivityProfile;
    DOT11EXT_IHV_SECURITY_PROFILE IhvSecurityProfile;
} DOT11EXT_IHV_DISCOVERY_PROFILE, *PDOT11EXT_IHV_DISCOVERY_PROFILE;

typedef struct _DOT11EXT_IHV_DISCOVERY_PROFILE_LIST {
    DWORD dwCount;
    PDOT11EXT_IHV_DISCOVERY_PROFILE pIhvDiscoveryProfiles;
} DOT11EXT_IHV_DISCOVERY_PROFILE_LIST, *PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST;

typedef enum _DOT11EXT_IHV_INDICATION_TYPE {
    IndicationTypeNicSpecificNotification = 0,
    IndicationTypePmkidCandidateList,
    IndicationTypeTkipMicFailure,
    IndicationTypePhyStateChange,
    IndicationTypeLinkQuality,
} DOT11EXT_IHV_INDICATION_TYPE;

typedef enum _DOT11EXT_IHV_CONNECTION_PHASE {
    connection_phase_any = 0,
    connection_phase_initial_connection = 1,
    connection_phase_post_l3_connection = 2,
} DOT11EXT_IHV_CONNECTION_PHASE;

typedef struct _DOT11EXT_IHV_UI_REQUEST {
    DWORD dwSessionId;
    GUID guidUIRequest;
    CLSID UIPageClsid;
    DWORD dwByteCount;
    BYTE *pvUIRequest;
} DOT11EXT_IHV_UI_REQUEST, *PDOT11EXT_IHV_UI_REQUEST;

typedef enum _DOT11_MSONEX_RESULT {
    DOT11_MSONEX_SUCCESS = 0,
    DOT11_MSONEX_FAILURE,
    DOT11_MSONEX_IN_PROGRESS,
} DOT11_MSONEX_RESULT;

/* ONEX_AUTH_STATUS: OneXAuthNoAuthenticatorFound (dot1x.h, which mingw-w64 lacks). */
#define ONEX_AUTH_NO_AUTHENTICATOR 2u

typedef struct _DOT11_EAP_RESULT {
    UINT32 dwFailureReasonCode;
    EAP_ATTRIBUTES *pAttribArray;
} DOT11_EAP_RESULT, *PDOT11_EAP_RESULT;

typedef struct _DOT11_MSONEX_RESULT_PARAMS {
    DWORD Dot11OnexAuthStatus;
    DWORD Dot11OneXReasonCode;
    PBYTE pbMPPESendKey;
    DWORD dwMPPESendKeyLen;
    PBYTE pbMPPERecvKey;
    DWORD dwMPPERecvKeyLen;
    PDOT11_EAP_RESULT pDot11EapResult;
} DOT11_MSONEX_RESULT_PARAMS, *PDOT11_MSONEX_RESULT_PARAMS;

typedef struct _L2_NOTIFICATION_DATA {
    DWORD NotificationSource;
    DWORD NotificationCode;
    GUID InterfaceGuid;
    DWORD dwDataSize;
    PVOID pData;
} L2_NOTIFICATION_DATA, *PL2_NOTIFICATION_DATA;

typedef struct _DOT11EXT_VIRTUAL_STATION_AP_PROPERTY {
    DOT11_SSID dot11SSID;
    DOT11_AUTH_ALGORITHM dot11AuthAlgo;
    DOT11_CIPHER_ALGORITHM dot11CipherAlgo;
    BOOL bIsPassPhrase;
    DWORD dwKeyLength;
    UCHAR ucKeyData[DOT11EXT_PSK_MAX_LENGTH];
} DOT11EXT_VIRTUAL_STATION_AP_PROPERTY, *PDOT11EXT_VIRTUAL_STATION_AP_PROPERTY;

/*
 * The handlers a DLL provides, in table order: X(result, name, arguments).
 */
#define DOT11EXT_IHV_HANDLER_LIST(X)                                                              \
    X(VOID, DeinitService, (VOID))                                                                \
    X(DWORD, InitAdapter, (PDOT11_ADAPTER, HANDLE, PHANDLE))                                      \
    X(VOID, DeinitAdapter, (HANDLE))                                                              \
    X(DWORD, PerformPreAssociate,                                                                 \
      (HANDLE, HANDLE, PDOT11EXT_IHV_PROFILE_PARAMS, PDOT11EXT_IHV_CONNECTIVITY_PROFILE,          \
       PDOT11EXT_IHV_SECURITY_PROFILE, PDOT11_BSS_LIST, PDWORD))                                  \
    X(DWORD, AdapterReset, (HANDLE))                                                              \
    X(DWORD, PerformPostAssociate,                                                                \
      (HANDLE, HANDLE, PDOT11_PORT_STATE, ULONG, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS))       \
    X(DWORD, StopPostAssociate, (HANDLE, PDOT11_MAC_ADDRESS, DOT11_ASSOC_STATUS))                 \
    X(DWORD, ValidateProfile,                                                                     \
      (HANDLE, PDOT11EXT_IHV_PROFILE_PARAMS, PDOT11EXT_IHV_CONNECTIVITY_PROFILE,                  \
       PDOT11EXT_IHV_SECURITY_PROFILE, PDWORD))                                                   \
    X(DWORD, PerformCapabilityMatch,                                                              \
      (HANDLE, PDOT11EXT_IHV_PROFILE_PARAMS, PDOT11EXT_IHV_CONNECTIVITY_PROFILE,                  \
       PDOT11EXT_IHV_SECURITY_PROFILE, PDOT11_BSS_LIST, PDWORD))                                  \
    X(DWORD, CreateDiscoveryProfiles,                                                             \
      (HANDLE, BOOL, PDOT11EXT_IHV_PROFILE_PARAMS, PDOT11_BSS_LIST,                               \
       PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST, PDWORD))                                             \
    X(DWORD, ProcessSessionChange, (ULONG, PWTSSESSION_NOTIFICATION))                             \
    X(DWORD, ReceiveIndication, (HANDLE, DOT11EXT_IHV_INDICATION_TYPE, ULONG, LPVOID))            \
    X(DWORD, ReceivePacket, (HANDLE, DWORD, LPVOID))                                              \
    X(DWORD, SendPacketCompletion, (HANDLE))                                                      \
    X(DWORD, IsUIRequestPending, (GUID, PBOOL))                                                   \
    X(DWORD, ProcessUIResponse, (GUID, DWORD, LPVOID))                                            \
    X(DWORD, QueryUIRequest,                                                                      \
      (HANDLE, DOT11EXT_IHV_CONNECTION_PHASE, PDOT11EXT_IHV_UI_REQUEST *))                        \
    X(DWORD, OnexIndicateResult, (HANDLE, DOT11_MSONEX_RESULT, PDOT11_MSONEX_RESULT_PARAMS))      \
    X(DWORD, Control, (HANDLE, DWORD, PBYTE, DWORD, PBYTE, PDWORD))

/* The framework functions the service provides, in table order: X(result, name, arguments). */
#define DOT11EXT_API_LIST(X)                                                                      \
    X(DWORD, AllocateBuffer, (DWORD, LPVOID *))                                                   \
    X(VOID, FreeBuffer, (LPVOID))                                                                 \
    X(DWORD, SetProfileCustomUserData, (HANDLE, HANDLE, DWORD, DWORD, LPVOID))                    \
    X(DWORD, GetProfileCustomUserData, (HANDLE, HANDLE, DWORD, DWORD *, LPVOID *))                \
    X(DWORD, SetCurrentProfile,                                                                   \
      (HANDLE, HANDLE, PDOT11EXT_IHV_CONNECTIVITY_PROFILE, PDOT11EXT_IHV_SECURITY_PROFILE))       \
    X(DWORD, SendUIRequest, (HANDLE, PDOT11EXT_IHV_UI_REQUEST))                                   \
    X(DWORD, PreAssociateCompletion, (HANDLE, HANDLE, DWORD, DWORD))                              \
    X(DWORD, PostAssociateCompletion, (HANDLE, HANDLE, PDOT11_MAC_ADDRESS, DWORD, DWORD))         \
    X(DWORD, SendNotification, (HANDLE, PL2_NOTIFICATION_DATA))                                   \
    X(DWORD, SendPacket, (HANDLE, ULONG, LPVOID, HANDLE))                                         \
    X(DWORD, SetEtherTypeHandling,                                                                \
      (HANDLE, ULONG, ULONG, PDOT11_PRIVACY_EXEMPTION, ULONG, USHORT *))                          \
    X(DWORD, SetAuthAlgorithm, (HANDLE, DWORD))                                                   \
    X(DWORD, SetUnicastCipherAlgorithm, (HANDLE, DWORD))                                          \
    X(DWORD, SetMulticastCipherAlgorithm, (HANDLE, DWORD))                                        \
    X(DWORD, SetDefaultKey, (HANDLE, PDOT11_CIPHER_DEFAULT_KEY_VALUE, DOT11_DIRECTION))           \
    X(DWORD, SetKeyMappingKey, (HANDLE, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE))                     \
    X(DWORD, SetDefaultKeyId, (HANDLE, ULONG))                                                    \
    X(DWORD, NicSpecificExtension, (HANDLE, DWORD, LPVOID, DWORD *, LPVOID))                      \
    X(DWORD, SetExcludeUnencrypted, (HANDLE, BOOL))                                               \
    X(DWORD, StartOneX, (HANDLE, EAP_ATTRIBUTES *))                                               \
    X(DWORD, StopOneX, (HANDLE))                                                                  \
    X(DWORD, ProcessSecurityPacket, (HANDLE, DWORD, LPVOID))

#define DOT11EXT_VIRTUAL_STATION_API_LIST(X)                                                      \
    X(DWORD, RequestVirtualStation, (HANDLE, LPVOID))                                             \
    X(DWORD, ReleaseVirtualStation, (HANDLE, LPVOID))                                             \
    X(DWORD, QueryVirtualStationProperties, (HANDLE, BOOL *, GUID *, LPVOID))                     \
    X(DWORD, SetVirtualStationAPProperties,                                                       \
      (HANDLE, HANDLE, DWORD, PDOT11EXT_VIRTUAL_STATION_AP_PROPERTY, LPVOID))

#define HIL_HANDLER_MEMBER(result, name, arguments) result(WINAPI *Dot11ExtIhv##name) arguments;
#define HIL_API_MEMBER(result, name, arguments) result(WINAPI *Dot11Ext##name) arguments;

typedef struct _DOT11EXT_IHV_HANDLERS {
    DOT11EXT_IHV_HANDLER_LIST(HIL_HANDLER_MEMBER)
} DOT11EXT_IHV_HANDLERS, *PDOT11EXT_IHV_HANDLERS;

typedef struct _DOT11EXT_APIS {
    DOT11EXT_API_LIST(HIL_API_MEMBER)
} DOT11EXT_APIS, *PDOT11EXT_APIS;

typedef struct _DOT11EXT_VIRTUAL_STATION_APIS {
    DOT11EXT_VIRTUAL_STATION_API_LIST(HIL_API_MEMBER)
} DOT11EXT_VIRTUAL_STATION_APIS, *PDOT11EXT_VIRTUAL_STATION_APIS;

typedef DWORD(WINAPI *DOT11EXTIHV_GET_VERSION_INFO)(PDOT11_IHV_VERSION_INFO);
typedef DWORD(WINAPI *DOT11EXTIHV_INIT_SERVICE)(DWORD, PDOT11EXT_APIS, LPVOID,
                                                PDOT11EXT_IHV_HANDLERS);
typedef DWORD(WINAPI *DOT11EXTIHV_INIT_VIRTUAL_STATION)(PDOT11EXT_VIRTUAL_STATION_APIS, LPVOID);

#define HIL_HANDLER_COUNT (sizeof(DOT11EXT_IHV_HANDLERS) / sizeof(void *))
#define HIL_API_COUNT (sizeof(DOT11EXT_APIS) / sizeof(void *))

/* Size of DOT11_ASSOCIATION_COMPLETION_PARAMETERS before and since Windows 8: both are legal, so
 * only uDot11AssocParamsBytes says what is there. */
#define HIL_ASSOC_PARAMS_SIZE_VISTA 88u
#define HIL_ASSOC_PARAMS_SIZE_WIN8 96u
/* Fixed part of a DOT11_BSS_ENTRY: ucBuffer starts here. */
#define HIL_BSS_ENTRY_FIXED_SIZE 64u

#define HIL_SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " has the wrong size")
#define HIL_OFFSET(type, member, offset)                                                          \
    _Static_assert(offsetof(type, member) == (offset), #type "." #member " is misplaced")

HIL_SIZE(DOT11EXT_IHV_HANDLERS, 152);
HIL_SIZE(DOT11EXT_APIS, 176);
HIL_SIZE(DOT11EXT_VIRTUAL_STATION_APIS, 32);
HIL_OFFSET(DOT11EXT_APIS, Dot11ExtNicSpecificExtension, 17 * 8);
HIL_OFFSET(DOT11EXT_APIS, Dot11ExtSetExcludeUnencrypted, 18 * 8);
HIL_OFFSET(DOT11EXT_IHV_HANDLERS, Dot11ExtIhvPerformPostAssociate, 5 * 8);
HIL_SIZE(DOT11_SSID, 36);
HIL_SIZE(DOT11_IHV_VERSION_INFO, 8);
HIL_SIZE(DOT11_ADAPTER, 32);
HIL_OFFSET(DOT11_ADAPTER, pszDescription, 16);
HIL_OFFSET(DOT11_ADAPTER, Dot11CurrentOpMode, 24);
HIL_SIZE(DOT11_BSS_LIST, 16);
HIL_OFFSET(DOT11_BSS_LIST, pucBuffer, 8);
HIL_SIZE(DOT11_PORT_STATE, 20);
HIL_OFFSET(DOT11_PORT_STATE, uSessionId, 8);
HIL_OFFSET(DOT11_PORT_STATE, bPortControlled, 12);
HIL_OFFSET(DOT11_PORT_STATE, bPortAuthorized, 16);
HIL_OFFSET(DOT11_SECURITY_PACKET_HEADER, usEtherType, 6);
HIL_OFFSET(DOT11_SECURITY_PACKET_HEADER, Data, 8);
HIL_SIZE(DOT11EXT_IHV_SSID_LIST, 40);
HIL_SIZE(DOT11EXT_IHV_PROFILE_PARAMS, 24);
HIL_OFFSET(DOT11EXT_IHV_PROFILE_PARAMS, BssType, 8);
HIL_OFFSET(DOT11EXT_IHV_PROFILE_PARAMS, pMSSecuritySettings, 16);
HIL_SIZE(DOT11_MSSECURITY_SETTINGS, 40);
HIL_OFFSET(DOT11_MSSECURITY_SETTINGS, fOneXEnabled, 8);
HIL_OFFSET(DOT11_MSSECURITY_SETTINGS, eapMethodType, 12);
HIL_OFFSET(DOT11_MSSECURITY_SETTINGS, dwEapConnectionDataLen, 28);
HIL_OFFSET(DOT11_MSSECURITY_SETTINGS, pEapConnectionData, 32);
HIL_SIZE(DOT11EXT_IHV_CONNECTIVITY_PROFILE, 8);
HIL_SIZE(DOT11EXT_IHV_SECURITY_PROFILE, 16);
HIL_OFFSET(DOT11EXT_IHV_SECURITY_PROFILE, bUseMSOnex, 8);
HIL_SIZE(DOT11EXT_IHV_DISCOVERY_PROFILE, 24);
HIL_SIZE(DOT11EXT_IHV_DISCOVERY_PROFILE_LIST, 16);
HIL_SIZE(DOT11EXT_IHV_UI_REQUEST, 48);
HIL_OFFSET(DOT11EXT_IHV_UI_REQUEST, guidUIRequest, 4);
HIL_OFFSET(DOT11EXT_IHV_UI_REQUEST, UIPageClsid, 20);
HIL_OFFSET(DOT11EXT_IHV_UI_REQUEST, dwByteCount, 36);
HIL_OFFSET(DOT11EXT_IHV_UI_REQUEST, pvUIRequest, 40);
HIL_SIZE(DOT11_MSONEX_RESULT_PARAMS, 48);
HIL_OFFSET(DOT11_MSONEX_RESULT_PARAMS, pbMPPESendKey, 8);
HIL_OFFSET(DOT11_MSONEX_RESULT_PARAMS, pbMPPERecvKey, 24);
HIL_OFFSET(DOT11_MSONEX_RESULT_PARAMS, pDot11EapResult, 40);
HIL_SIZE(DOT11_EAP_RESULT, 16);
HIL_OFFSET(DOT11_EAP_RESULT, pAttribArray, 8);
HIL_SIZE(EAP_ATTRIBUTES, 16);
HIL_OFFSET(EAP_ATTRIBUTES, pAttribs, 8);
HIL_SIZE(EAP_ATTRIBUTE, 16);
HIL_OFFSET(EAP_ATTRIBUTE, pValue, 8);
HIL_SIZE(L2_NOTIFICATION_DATA, 40);
HIL_OFFSET(L2_NOTIFICATION_DATA, InterfaceGuid, 8);
HIL_OFFSET(L2_NOTIFICATION_DATA, dwDataSize, 24);
HIL_OFFSET(L2_NOTIFICATION_DATA, pData, 32);
HIL_SIZE(DOT11EXT_VIRTUAL_STATION_AP_PROPERTY, 116);
HIL_OFFSET(DOT11EXT_VIRTUAL_STATION_AP_PROPERTY, dwKeyLength, 48);
HIL_OFFSET(DOT11EXT_VIRTUAL_STATION_AP_PROPERTY, ucKeyData, 52);
HIL_SIZE(DOT11_PRIVACY_EXEMPTION, 6);
HIL_SIZE(NDIS_OBJECT_HEADER, 4);
HIL_SIZE(DOT11_CIPHER_DEFAULT_KEY_VALUE, 24);
HIL_OFFSET(DOT11_CIPHER_DEFAULT_KEY_VALUE, uKeyIndex, 4);
HIL_OFFSET(DOT11_CIPHER_DEFAULT_KEY_VALUE, AlgorithmId, 8);
HIL_OFFSET(DOT11_CIPHER_DEFAULT_KEY_VALUE, MacAddr, 12);
HIL_OFFSET(DOT11_CIPHER_DEFAULT_KEY_VALUE, bDelete, 18);
HIL_OFFSET(DOT11_CIPHER_DEFAULT_KEY_VALUE, bStatic, 19);
HIL_OFFSET(DOT11_CIPHER_DEFAULT_KEY_VALUE, usKeyLength, 20);
HIL_OFFSET(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey, 22);
HIL_SIZE(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, 24);
HIL_OFFSET(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, AlgorithmId, 8);
HIL_OFFSET(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, Direction, 12);
HIL_OFFSET(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, bDelete, 16);
HIL_OFFSET(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, bStatic, 17);
HIL_OFFSET(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, usKeyLength, 18);
HIL_OFFSET(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey, 20);
HIL_SIZE(DOT11_KEY_ALGO_CCMP, 16);
HIL_OFFSET(DOT11_KEY_ALGO_CCMP, ulCCMPKeyLength, 8);
HIL_OFFSET(DOT11_KEY_ALGO_CCMP, ucCCMPKey, 12);
HIL_SIZE(DOT11_KEY_ALGO_TKIP_MIC, 20);
HIL_OFFSET(DOT11_KEY_ALGO_TKIP_MIC, ulTKIPKeyLength, 8);
HIL_OFFSET(DOT11_KEY_ALGO_TKIP_MIC, ulMICKeyLength, 12);
HIL_OFFSET(DOT11_KEY_ALGO_TKIP_MIC, ucTKIPMICKeys, 16);
HIL_OFFSET(DOT11_KEY_ALGO_BIP, ulBIPKeyLength, 8);
HIL_OFFSET(DOT11_KEY_ALGO_BIP, ucBIPKey, 12);
HIL_OFFSET(DOT11_BSS_ENTRY, PhySpecificInfo, 4);
HIL_OFFSET(DOT11_BSS_ENTRY, dot11BSSID, 16);
HIL_OFFSET(DOT11_BSS_ENTRY, dot11BSSType, 24);
HIL_OFFSET(DOT11_BSS_ENTRY, lRSSI, 28);
HIL_OFFSET(DOT11_BSS_ENTRY, uLinkQuality, 32);
HIL_OFFSET(DOT11_BSS_ENTRY, bInRegDomain, 36);
HIL_OFFSET(DOT11_BSS_ENTRY, usBeaconPeriod, 38);
HIL_OFFSET(DOT11_BSS_ENTRY, ullTimestamp, 40);
HIL_OFFSET(DOT11_BSS_ENTRY, ullHostTimestamp, 48);
HIL_OFFSET(DOT11_BSS_ENTRY, usCapabilityInformation, 56);
HIL_OFFSET(DOT11_BSS_ENTRY, uBufferLength, 60);
HIL_OFFSET(DOT11_BSS_ENTRY, ucBuffer, 64);
HIL_SIZE(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, 96);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, MacAddr, 4);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, uStatus, 12);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, bReAssocReq, 16);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, bReAssocResp, 17);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, uAssocReqOffset, 20);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, uAssocRespOffset, 28);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, uBeaconOffset, 36);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, uIHVDataOffset, 44);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, AuthAlgo, 52);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, UnicastCipher, 56);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, MulticastCipher, 60);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, uActivePhyListOffset, 64);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, bFourAddressSupported, 72);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, bPortAuthorized, 73);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, ucActiveQoSProtocol, 74);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, DSInfo, 76);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, uEncapTableOffset, 80);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, MulticastMgmtCipher, 88);
HIL_OFFSET(DOT11_ASSOCIATION_COMPLETION_PARAMETERS, uAssocComebackTime, 92);

#endif
