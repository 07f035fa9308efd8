// SPDX-License-Identifier: GPL-2.0-or-later
#include "worker.h"

#include <string.h>

#include "sends.h"

#define MAX_CALL_NAME 32

typedef struct Job {
    struct Job *next;
    size_t length;
    char line[];
} Job;

typedef struct Worker {
    struct Worker *next;
    HANDLE adapter; /* NULL until init_adapter succeeded */
    HANDLE service;
    HANDLE ready;
    Job *first;
    Job *last;
    bool ended;
    JsonDocument document;
} Worker;

static CRITICAL_SECTION workers_lock; /* list, queues */
static Worker *workers;
static Worker *service_worker;

/* Calls without an adapter handle. */
static const char *const SERVICE_CALLS[] = {
    "process_session_change",
    "is_ui_request_pending",
    "process_ui_response",
    "deinit_service",
};

/* What a user's program brings about: the WLAN service passes such a call on in that user's name,
 * so that the handler finds a token on its thread. Which of them Windows' own host runs so is not
 * documented. */
static const char *const USER_CALLS[] = {
    "validate_profile",
    "query_ui_request",
    "is_ui_request_pending",
    "process_ui_response",
    "control",
};

static bool impersonate_for(const char *name)
{
    for (size_t i = 0; i < sizeof USER_CALLS / sizeof USER_CALLS[0]; i++)
        if (strcmp(name, USER_CALLS[i]) == 0)
            return ImpersonateSelf(SecurityImpersonation);
    return false;
}

static bool copy_call_name(const JsonDocument *document, char name[MAX_CALL_NAME])
{
    int index = json_member(document, 0, "call");
    if (index == JSON_NONE || document->tokens[index].type != JSON_STRING)
        return false;
    size_t size = document->tokens[index].end - document->tokens[index].start;
    if (size >= MAX_CALL_NAME)
        return false;
    memcpy(name, document->text + document->tokens[index].start, size);
    name[size] = '\0';
    return true;
}

static void run_call(Worker *worker, uint64_t id, const char *name)
{
    Call call = {
        .document = &worker->document,
        .args = json_member(&worker->document, 0, "args"),
        .adapter = worker->adapter,
        .service = worker->service,
    };
    /* A handle other than the worker's own, to see what the DLL makes of a stale one. */
    uint64_t other;
    bool stale = json_pointer(call.document, json_member(call.document, call.args, "pass_handle"),
                              &other);
    if (stale)
        call.adapter = (HANDLE)(uintptr_t)other;
    jw_init(&call.reply, 0);
    jw_object(&call.reply, NULL);
    jw_u64(&call.reply, "id", id);
    jw_object(&call.reply, "result");
    bool impersonates = impersonate_for(name);
    DWORD error = handlers_run(name, &call);
    if (impersonates)
        RevertToSelf();
    jw_end_object(&call.reply);
    jw_end_object(&call.reply);

    /* The handle must be known before the reply is out: the next call may name it. */
    if (!stale) {
        EnterCriticalSection(&workers_lock);
        worker->adapter = call.adapter;
        worker->service = call.service;
        worker->ended = call.end_worker;
        LeaveCriticalSection(&workers_lock);
    }
    if (error == ERROR_SUCCESS)
        host_send(&call.reply);
    else
        host_send_error(&id, error,
                        error == ERROR_INVALID_FUNCTION ? "unknown call" : "bad arguments");
    jw_free(&call.reply);
}

static Job *next_job(Worker *worker)
{
    for (;;) {
        EnterCriticalSection(&workers_lock);
        Job *job = worker->first;
        if (job != NULL) {
            worker->first = job->next;
            if (worker->first == NULL)
                worker->last = NULL;
        }
        LeaveCriticalSection(&workers_lock);
        if (job != NULL)
            return job;
        WaitForSingleObject(worker->ready, INFINITE);
    }
}

static void free_job(Job *job)
{
    SecureZeroMemory(job->line, job->length); /* profiles pass through here */
    HeapFree(GetProcessHeap(), 0, job);
}

static void remove_worker(Worker *worker)
{
    EnterCriticalSection(&workers_lock);
    for (Worker **link = &workers; *link != NULL; link = &(*link)->next) {
        if (*link == worker) {
            *link = worker->next;
            break;
        }
    }
    LeaveCriticalSection(&workers_lock);
    for (Job *job = worker->first; job != NULL;) {
        Job *next = job->next;
        free_job(job);
        job = next;
    }
    CloseHandle(worker->ready);
    HeapFree(GetProcessHeap(), 0, worker);
}

static DWORD WINAPI worker_main(LPVOID context)
{
    Worker *worker = context;
    while (!worker->ended) {
        Job *job = next_job(worker);
        char name[MAX_CALL_NAME];
        uint64_t id = 0;
        /* The reader has checked all this already. */
        if (json_parse(&worker->document, job->line, job->length) &&
            json_u64(&worker->document, json_member(&worker->document, 0, "id"), &id) &&
            copy_call_name(&worker->document, name))
            run_call(worker, id, name);
        free_job(job);
    }
    remove_worker(worker);
    return 0;
}

static Worker *new_worker(void)
{
    Worker *worker = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *worker);
    if (worker == NULL)
        return NULL;
    worker->ready = CreateEventW(NULL, FALSE, FALSE, NULL);
    EnterCriticalSection(&workers_lock);
    worker->next = workers;
    workers = worker;
    LeaveCriticalSection(&workers_lock);
    HANDLE thread = CreateThread(NULL, 0, worker_main, worker, 0, NULL);
    if (thread == NULL) {
        remove_worker(worker);
        return NULL;
    }
    CloseHandle(thread);
    return worker;
}

void worker_start_all(void)
{
    InitializeCriticalSection(&workers_lock);
    service_worker = new_worker();
}

static bool is_service_call(const char *name)
{
    for (size_t i = 0; i < sizeof SERVICE_CALLS / sizeof SERVICE_CALLS[0]; i++)
        if (strcmp(name, SERVICE_CALLS[i]) == 0)
            return true;
    return false;
}

/* Worker of an adapter by either of its handles; with the lock held. */
static Worker *find_worker(HANDLE adapter, HANDLE service)
{
    for (Worker *w = workers; w != NULL; w = w->next) {
        if (w == service_worker || w->adapter == NULL)
            continue;
        if ((adapter != NULL && w->adapter == adapter) ||
            (service != NULL && w->service == service))
            return w;
    }
    return NULL;
}

static HANDLE handle_argument(const JsonDocument *document, const char *name)
{
    uint64_t value = 0;
    json_pointer(document, json_member(document, json_member(document, 0, "args"), name), &value);
    return (HANDLE)(uintptr_t)value;
}

/* The worker a call belongs to; with the lock held. */
static Worker *choose_worker(const JsonDocument *document, const char *name)
{
    if (is_service_call(name))
        return service_worker;
    if (strcmp(name, "send_packet_completion") == 0)
        return find_worker(NULL, sends_take(handle_argument(document, "handle")));
    return find_worker(handle_argument(document, "ihv_handle"), NULL);
}

static void enqueue(Worker *worker, Job *job)
{
    if (worker->last != NULL)
        worker->last->next = job;
    else
        worker->first = job;
    worker->last = job;
    SetEvent(worker->ready);
}

void worker_dispatch(const JsonDocument *document, const char *line, size_t length)
{
    char name[MAX_CALL_NAME];
    uint64_t id;
    if (!json_u64(document, json_member(document, 0, "id"), &id) ||
        !copy_call_name(document, name)) {
        host_send_error(NULL, ERROR_INVALID_DATA, "a call needs a name and a whole number as id");
        return;
    }
    Job *job = HeapAlloc(GetProcessHeap(), 0, sizeof *job + length);
    if (job == NULL) {
        host_send_error(&id, ERROR_NOT_ENOUGH_MEMORY, "out of memory");
        return;
    }
    job->next = NULL;
    job->length = length;
    memcpy(job->line, line, length);

    Worker *fresh = strcmp(name, "init_adapter") == 0 ? new_worker() : NULL;
    EnterCriticalSection(&workers_lock);
    Worker *worker = fresh != NULL ? fresh : choose_worker(document, name);
    if (worker != NULL)
        enqueue(worker, job);
    LeaveCriticalSection(&workers_lock);
    if (worker == NULL) {
        free_job(job);
        host_send_error(&id, ERROR_NOT_FOUND, "no such adapter or send");
    }
}
