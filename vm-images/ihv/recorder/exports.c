// SPDX-License-Identifier: GPL-2.0-or-later
#include "exports.h"

#include <stdint.h>
#include <string.h>

#define MAX_FILE (256u << 20)

typedef struct File {
    const uint8_t *data;
    size_t size;
    const IMAGE_SECTION_HEADER *sections;
    unsigned section_count;
} File;

static const void *at_offset(const File *file, size_t offset, size_t size)
{
    if (offset > file->size || size > file->size - offset)
        return NULL;
    return file->data + offset;
}

/* Where an RVA lies in the file. */
static const void *at_rva(const File *file, DWORD rva, size_t size)
{
    for (unsigned i = 0; i < file->section_count; i++) {
        const IMAGE_SECTION_HEADER *s = &file->sections[i];
        if (rva >= s->VirtualAddress && rva - s->VirtualAddress < s->SizeOfRawData &&
            size <= s->SizeOfRawData - (rva - s->VirtualAddress))
            return at_offset(file, (size_t)s->PointerToRawData + (rva - s->VirtualAddress), size);
    }
    return NULL;
}

/* Reads the headers of a 64-bit PE file up to its export directory. */
static const IMAGE_EXPORT_DIRECTORY *find_directory(File *file)
{
    const IMAGE_DOS_HEADER *dos = at_offset(file, 0, sizeof *dos);
    if (dos == NULL || dos->e_magic != IMAGE_DOS_SIGNATURE || dos->e_lfanew < 0)
        return NULL;
    const IMAGE_NT_HEADERS64 *nt = at_offset(file, (size_t)dos->e_lfanew, sizeof *nt);
    if (nt == NULL || nt->Signature != IMAGE_NT_SIGNATURE ||
        nt->OptionalHeader.Magic != IMAGE_NT_OPTIONAL_HDR64_MAGIC ||
        nt->OptionalHeader.NumberOfRvaAndSizes <= IMAGE_DIRECTORY_ENTRY_EXPORT)
        return NULL;
    file->section_count = nt->FileHeader.NumberOfSections;
    file->sections = at_offset(file,
                               (size_t)dos->e_lfanew + offsetof(IMAGE_NT_HEADERS64, OptionalHeader) +
                                   nt->FileHeader.SizeOfOptionalHeader,
                               file->section_count * sizeof *file->sections);
    if (file->sections == NULL)
        return NULL;
    return at_rva(file,
                  nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress,
                  sizeof(IMAGE_EXPORT_DIRECTORY));
}

static bool directory_has(const File *file, const IMAGE_EXPORT_DIRECTORY *directory,
                          const char *name)
{
    if (directory->NumberOfNames > file->size / sizeof(DWORD))
        return false;
    const DWORD *names =
        at_rva(file, directory->AddressOfNames, directory->NumberOfNames * sizeof(DWORD));
    for (DWORD i = 0; names != NULL && i < directory->NumberOfNames; i++) {
        const char *found = at_rva(file, names[i], strlen(name) + 1);
        if (found != NULL && memcmp(found, name, strlen(name) + 1) == 0)
            return true;
    }
    return false;
}

static bool mapping_has(HANDLE mapping, size_t size, const char *name)
{
    File file = {.data = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0), .size = size};
    bool has = false;
    if (file.data == NULL)
        return false;
    const IMAGE_EXPORT_DIRECTORY *directory = find_directory(&file);
    if (directory != NULL)
        has = directory_has(&file, directory, name);
    UnmapViewOfFile(file.data);
    return has;
}

bool exports_has(const WCHAR *path, const char *name)
{
    bool has = false;
    LARGE_INTEGER size;
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                              OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    if (GetFileSizeEx(file, &size) && size.QuadPart > 0 && size.QuadPart <= MAX_FILE) {
        HANDLE mapping = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
        if (mapping != NULL) {
            has = mapping_has(mapping, (size_t)size.QuadPart, name);
            CloseHandle(mapping);
        }
    }
    CloseHandle(file);
    return has;
}

void exports_hide_last(HMODULE module, const char *name)
{
    uint8_t *base = (uint8_t *)module;
    const IMAGE_DOS_HEADER *dos = (const IMAGE_DOS_HEADER *)base;
    const IMAGE_NT_HEADERS64 *nt = (const IMAGE_NT_HEADERS64 *)(base + dos->e_lfanew);
    IMAGE_EXPORT_DIRECTORY *directory =
        (IMAGE_EXPORT_DIRECTORY *)(base +
                                   nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT]
                                       .VirtualAddress);
    const DWORD *names = (const DWORD *)(base + directory->AddressOfNames);
    DWORD old;
    if (directory->NumberOfNames == 0 ||
        strcmp((const char *)base + names[directory->NumberOfNames - 1], name) != 0)
        return;
    if (!VirtualProtect(directory, sizeof *directory, PAGE_READWRITE, &old))
        return;
    directory->NumberOfNames--;
    VirtualProtect(directory, sizeof *directory, old, &old);
}
