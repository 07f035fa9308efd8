// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * recorder.dll: stands where the vendor's IHV Extensions DLL is registered, loads that DLL and
 * passes every call on unchanged, in both directions, writing each to the trace.
 *
 * It behaves towards the OS as the vendor's DLL does: same version, same handlers (NULL stays
 * NULL), same errors, same exports.  The vendor's DLL is loaded at the first export call, not in
 * DllMain, where loading is not allowed.
 */
#include <string.h>

#include "clock.h"
#include "decode.h"
#include "decode_parts.h"
#include "exports.h"
#include "fault.h"
#include "packets.h"
#include "requests.h"
#include "safe_copy.h"
#include "tables.h"
#include "trace.h"
#include "vendor.h"

#define W (&call.record.w)

DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info);
DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS functions, LPVOID reserved,
                                    PDOT11EXT_IHV_HANDLERS handlers);
DWORD WINAPI Dot11ExtIhvInitVirtualStation(PDOT11EXT_VIRTUAL_STATION_APIS functions,
                                           LPVOID reserved);

static Settings settings;
static Vendor vendor;
static INIT_ONCE opened = INIT_ONCE_STATIC_INIT;
static bool is_open;

static void write_load(void)
{
    Record record;
    trace_begin(&record, "load");
    jw_u64(&record.w, "recorder", 1);
    jw_wide(&record.w, "vendor", settings.vendor, wcslen(settings.vendor));
    jw_u64(&record.w, "qpc_frequency", clock_frequency());
    jw_text(&record.w, "salt", trace_salt());
    jw_object(&record.w, "exports");
    jw_bool(&record.w, IHV_VERSION_FUNCTION_NAME, vendor.get_version != NULL);
    jw_bool(&record.w, IHV_INIT_FUNCTION_NAME, vendor.init_service != NULL);
    jw_bool(&record.w, IHV_INIT_VS_FUNCTION_NAME, vendor.init_virtual_station != NULL);
    jw_end_object(&record.w);
    jw_u64(&record.w, "error", vendor.error);
    trace_end(&record);
}

static BOOL CALLBACK open_once(PINIT_ONCE once, PVOID parameter, PVOID *context)
{
    (void)once, (void)parameter, (void)context;
    safe_copy_open();
    packets_open();
    requests_open();
    trace_open(settings.trace);
    fault_open();
    is_open = true;
    vendor_load(&vendor, settings.vendor);
    write_load();
    return TRUE;
}

/* The error an export answers with when the vendor has no such function. */
static DWORD missing(void)
{
    return vendor.error != ERROR_SUCCESS ? vendor.error : ERROR_PROC_NOT_FOUND;
}

static void open_all(void)
{
    DWORD last_error = GetLastError();
    InitOnceExecuteOnce(&opened, open_once, NULL, NULL);
    SetLastError(last_error);
}

DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
    Call call;
    open_all();
    call_enter(&call, IHV_VERSION_FUNCTION_NAME, true);
    call_run(&call);
    DWORD result = vendor.get_version != NULL ? vendor.get_version(info) : missing();
    call_return(&call, result);
    decode_version(W, "pDot11IHVVersionInfo", info);
    call_end(&call);
    return result;
}

/* What is NULL in a table of functions the OS hands over. */
static void write_null_apis(JsonWriter *w, const DOT11EXT_APIS *functions)
{
#define NOTE_NULL(result, name, arguments)                                                        \
    if (functions->Dot11Ext##name == NULL)                                                        \
        jw_text(w, NULL, "Dot11Ext" #name);
    jw_array(w, "apis_null");
    DOT11EXT_API_LIST(NOTE_NULL)
    jw_end_array(w);
}

static void write_null_station_apis(JsonWriter *w, const DOT11EXT_VIRTUAL_STATION_APIS *functions)
{
    jw_array(w, "apis_null");
    DOT11EXT_VIRTUAL_STATION_API_LIST(NOTE_NULL)
    jw_end_array(w);
}

static void write_handlers(JsonWriter *w, const DOT11EXT_IHV_HANDLERS *handlers)
{
#define NOTE_HANDLER(result, name, arguments)                                                     \
    jw_bool(w, "Dot11ExtIhv" #name, handlers->Dot11ExtIhv##name != NULL);
    jw_object(w, "handlers");
    DOT11EXT_IHV_HANDLER_LIST(NOTE_HANDLER)
    jw_end_object(w);
}

/* The vendor's copy of an API table lies on a page of its own, so that it can be made inaccessible
 * when the initialisation is over: the recorder must not shield the vendor from LIFE-06. */
static void *new_table(size_t size)
{
    return VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

static bool poison(void *table, size_t size)
{
    DWORD old;
    return settings.poison && table != NULL && VirtualProtect(table, size, PAGE_NOACCESS, &old);
}

/* Wrappers take the place of the vendor's handlers in the OS's table. */
static void take_handlers(JsonWriter *w, PDOT11EXT_IHV_HANDLERS handlers)
{
    DOT11EXT_IHV_HANDLERS table;
    if (!safe_copy(&table, handlers, sizeof table)) {
        decode_unreadable(w, "handlers", handlers);
        return;
    }
    write_handlers(w, &table);
    handlers_wrap(&table, vendor.module);
    safe_copy(handlers, &table, sizeof table); /* its fault is survived on this side too */
}

DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS functions, LPVOID reserved,
                                    PDOT11EXT_IHV_HANDLERS handlers)
{
    Call call;
    DOT11EXT_APIS own;
    PDOT11EXT_APIS table = functions; /* one that cannot be read is passed on as it is */
    open_all();
    call_enter(&call, IHV_INIT_FUNCTION_NAME, true);
    bool readable = safe_copy(&own, functions, sizeof own);
    if (readable && (table = new_table(sizeof *table)) != NULL)
        framework_wrap(&own, table);
    jw_u64(W, "dwVerNumUsed", version);
    decode_handle(W, "pDot11ExtAPI", table); /* the vendor's: what a late access would touch */
    decode_handle(W, "pvReserved", reserved);
    if (readable)
        write_null_apis(W, &own);
    call_run(&call);
    DWORD result = vendor.init_service != NULL
                       ? vendor.init_service(version, table, reserved, handlers)
                       : missing();
    call_return(&call, result);
    if (handlers != NULL && result == ERROR_SUCCESS)
        take_handlers(W, handlers);
    jw_bool(W, "table_poisoned", readable && poison(table, sizeof *table));
    call_end(&call);
    return result;
}

DWORD WINAPI Dot11ExtIhvInitVirtualStation(PDOT11EXT_VIRTUAL_STATION_APIS functions,
                                           LPVOID reserved)
{
    Call call;
    DOT11EXT_VIRTUAL_STATION_APIS own;
    PDOT11EXT_VIRTUAL_STATION_APIS table = functions;
    open_all();
    call_enter(&call, IHV_INIT_VS_FUNCTION_NAME, true);
    bool readable = safe_copy(&own, functions, sizeof own);
    if (readable && (table = new_table(sizeof *table)) != NULL)
        framework_wrap_station(&own, table);
    decode_handle(W, "pDot11ExtVSAPI", table);
    decode_handle(W, "pvReserved", reserved);
    if (readable)
        write_null_station_apis(W, &own);
    call_run(&call);
    /* Only reached without the vendor's function if its file changed since we were loaded. */
    DWORD result = vendor.init_virtual_station != NULL
                       ? vendor.init_virtual_station(table, reserved)
                       : ERROR_CALL_NOT_IMPLEMENTED;
    call_return(&call, result);
    jw_bool(W, "table_poisoned", readable && poison(table, sizeof *table));
    call_end(&call);
    return result;
}

static void attach(HINSTANCE instance)
{
    DisableThreadLibraryCalls(instance);
    vendor_read_settings(instance, &settings);
    if (!exports_has(settings.vendor, IHV_INIT_VS_FUNCTION_NAME))
        exports_hide_last(instance, IHV_INIT_VS_FUNCTION_NAME);
}

static void detach(bool process_ends)
{
    static char buffer[512];
    Record record;
    if (!is_open)
        return;
    /* No heap: when the process ends, its other threads are gone and may have held any lock. */
    trace_begin_fixed(&record, "unload", buffer, sizeof buffer);
    jw_bool(&record.w, "process_ends", process_ends);
    jw_u64(&record.w, "lost", trace_lost());
    trace_end(&record);
    if (process_ends)
        return;
    /* The vendor goes when the OS lets go of us, as it would without us. */
    if (vendor.module != NULL)
        FreeLibrary(vendor.module);
    fault_close();
    trace_close();
    requests_close();
    packets_close();
    safe_copy_close();
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    if (reason == DLL_PROCESS_ATTACH)
        attach(instance);
    else if (reason == DLL_PROCESS_DETACH)
        detach(reserved != NULL);
    return TRUE;
}
