/*
 * A libdcgm.so.4 for tests, without a GPU and without a host engine: our own code, compiled against
 * the headers of go-dcgm, so that the compiler checks prototypes and struct versions.
 *
 * A host engine is a file, named after its address with '/' and ':' as '_', in $FAKE_DCGM_DIR. It is
 * read again on every call. No file: nobody listens. Lines, the last one that matches wins:
 *
 *   gpus N                       version 4.5.3              epoch K       (another K: the engine restarted)
 *   gpu N status=S               freeze N                   (its timestamps stop)
 *   field N|* ID i|d|s VALUE [rate=R]                       (R per second after $t0)
 *   blank N|* ID null|notfound|notsupported|noperm          fstatus N|* ID CODE
 *   unsupported_watch ID         unknown_field ID           xid GPU CODE MICROSECONDS
 *   api SYMBOL CODE              crash SYMBOL
 *   hang SYMBOL                  (never returns; the file FILE.hanging says that the call has begun)
 *
 * As in the real library: a field that is not watched answers -16, groups and watches go with the
 * connection, a field group holds at most 128 fields, a name is given once, and one bad field
 * fails a whole list without saying which.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dcgm_agent.h"
#include "dcgm_fields.h"
#include "dcgm_structs.h"

#define MAX_LINES 8192
#define MAX_GROUPS 64
#define MAX_FIELDS 128
#define MAX_GPUS 32

static char *text, *lines[MAX_LINES];
static int lineCount;

/* rules are the lines "key N|* ID rest", read once per call: matching is on every sample's path. */
static struct { char key; int gpu, id; const char *rest; } rules[MAX_LINES];
static int ruleCount;
static int hasFreeze;
static char path[4096];
static int connected;
static long epoch;

static struct { int used, gpus[MAX_GPUS], count; char name[256]; } groups[MAX_GROUPS];
static struct { int used, count; unsigned short ids[MAX_FIELDS]; char name[256]; } fieldGroups[MAX_GROUPS];
static long long watchedEvery[MAX_GPUS][DCGM_FI_MAX_FIELDS + 600]; /* microseconds, 0 is not watched */
static long long frozenAt[MAX_GPUS];

static long long nowMicros(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void readRule(const char *line)
{
    char key[32], who[16];
    int id, at = 0;
    hasFreeze |= !strncmp(line, "freeze ", 7);
    if (sscanf(line, "%31s %15s %d %n", key, who, &id, &at) < 3)
        return;
    if (strcmp(key, "field") && strcmp(key, "blank") && strcmp(key, "fstatus"))
        return;
    rules[ruleCount].key  = key[0] == 'f' && key[1] == 's' ? 's' : key[0]; /* field, blank, fstatus */
    rules[ruleCount].gpu  = strcmp(who, "*") ? atoi(who) : -1;
    rules[ruleCount].id   = id;
    rules[ruleCount].rest = line + at;
    ruleCount++;
}

/* readScenario returns 0 when there is no engine at the address. */
static int readScenario(void)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    free(text);
    text = calloc(1, 1 << 20);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    text[n]   = 0;
    lineCount = 0;
    ruleCount = hasFreeze = 0;
    for (char *save, *l = strtok_r(text, "\n", &save); l && lineCount < MAX_LINES; l = strtok_r(NULL, "\n", &save))
    {
        lines[lineCount++] = l;
        readRule(l);
    }
    return 1;
}

static long lookup(const char *format, long otherwise)
{
    for (int i = lineCount - 1; i >= 0; i--)
    {
        long v;
        if (sscanf(lines[i], format, &v) == 1)
            return v;
    }
    return otherwise;
}

static long lookupFor(const char *key, const char *symbol, long otherwise)
{
    for (int i = lineCount - 1; i >= 0; i--)
    {
        char k[32], s[128];
        long v = 0;
        if (sscanf(lines[i], "%31s %127s %ld", k, s, &v) >= 2 && !strcmp(k, key) && !strcmp(s, symbol))
            return strcmp(key, "api") ? 1 : v;
    }
    return otherwise;
}

/* listed says whether a line "key number" exists. */
static int listed(const char *key, long number)
{
    for (int i = 0; i < lineCount; i++)
    {
        char k[32];
        long v;
        if (sscanf(lines[i], "%31s %ld", k, &v) == 2 && !strcmp(k, key) && v == number)
            return 1;
    }
    return 0;
}

static void forgetAll(void)
{
    memset(groups, 0, sizeof groups);
    memset(fieldGroups, 0, sizeof fieldGroups);
    memset(watchedEvery, 0, sizeof watchedEvery);
}

/* hang tells the test that the call has begun, and never returns. */
static void hang(void)
{
    char marker[sizeof path + 16];
    snprintf(marker, sizeof marker, "%s.hanging", path);
    FILE *f = fopen(marker, "w");
    if (f)
        fclose(f);
    for (;;)
        pause();
}

/* enter is what every call does first: read the scenario, do what it says of this symbol. */
static dcgmReturn_t enter(const char *symbol, int needsConnection)
{
    int there = readScenario();
    if (there)
    {
        if (lookupFor("hang", symbol, 0))
            hang();
        if (lookupFor("crash", symbol, 0))
            raise(SIGSEGV), *(volatile int *)0 = 1;
        long code = lookupFor("api", symbol, 0);
        if (code)
            return (dcgmReturn_t)code;
    }
    if (!needsConnection)
        return DCGM_ST_OK;
    if (!there || !connected || lookup("epoch %ld", 0) != epoch)
    {
        connected = 0;
        forgetAll();
        return DCGM_ST_CONNECTION_NOT_VALID;
    }
    return DCGM_ST_OK;
}

#define ENTER(needsConnection)                                 \
    do                                                         \
    {                                                          \
        dcgmReturn_t entered = enter(__func__, needsConnection); \
        if (entered != DCGM_ST_OK)                             \
            return entered;                                    \
    } while (0)

const char *errorString(dcgmReturn_t result)
{
    switch (result)
    {
        case DCGM_ST_OK: return "Success";
        case DCGM_ST_BADPARAM: return "Bad parameter passed to function";
        case DCGM_ST_NOT_SUPPORTED: return "Feature not supported";
        case DCGM_ST_TIMEOUT: return "Timeout";
        case DCGM_ST_VER_MISMATCH: return "API version mismatch";
        case DCGM_ST_UNKNOWN_FIELD: return "Unknown field identifier";
        case DCGM_ST_NO_PERMISSION: return "Not permitted to perform this action";
        case DCGM_ST_GPU_IS_LOST: return "GPU is lost";
        case DCGM_ST_FUNCTION_NOT_FOUND: return "Function not found";
        case DCGM_ST_CONNECTION_NOT_VALID: return "Host engine connection invalid/disconnected";
        case DCGM_ST_MAX_LIMIT: return "Max limit reached for the object";
        case DCGM_ST_DUPLICATE_KEY: return "Duplicate Key passed to function";
        default: return "Generic unspecified error";
    }
}

dcgmReturn_t dcgmInit(void)
{
    return DCGM_ST_OK;
}

dcgmReturn_t dcgmShutdown(void)
{
    return DCGM_ST_OK;
}

static dcgmReturn_t connectTo(const char *address, const char *symbol, dcgmHandle_t *handle)
{
    char name[1024];
    snprintf(name, sizeof name, "%s", address);
    for (char *c = name; *c; c++)
        if (*c == '/' || *c == ':')
            *c = '_';
    const char *dir = getenv("FAKE_DCGM_DIR");
    snprintf(path, sizeof path, "%s/%s", dir ? dir : ".", name);
    dcgmReturn_t r = enter(symbol, 0);
    if (r != DCGM_ST_OK)
        return r;
    if (!readScenario())
        return DCGM_ST_CONNECTION_NOT_VALID;
    forgetAll();
    epoch     = lookup("epoch %ld", 0);
    connected = 1;
    *handle   = (dcgmHandle_t)0x7f01;
    return DCGM_ST_OK;
}

dcgmReturn_t dcgmConnect_v2(const char *address, dcgmConnectV2Params_t *params, dcgmHandle_t *handle)
{
    if (params->version != dcgmConnectV2Params_version)
        return DCGM_ST_VER_MISMATCH;
    return connectTo(address, __func__, handle);
}

dcgmReturn_t dcgmConnect_v3(const char *address, dcgmConnectV3Params_t *params, dcgmHandle_t *handle)
{
    if (params->version != dcgmConnectV3Params_version)
        return DCGM_ST_VER_MISMATCH;
    return connectTo(address, __func__, handle);
}

dcgmReturn_t dcgmDisconnect(dcgmHandle_t handle)
{
    connected = 0;
    forgetAll();
    return DCGM_ST_OK;
}

static void buildInfo(dcgmVersionInfo_t *info, const char *otherwise, const char *format)
{
    char version[64];
    snprintf(version, sizeof version, "%s", otherwise);
    for (int i = 0; i < lineCount; i++)
        sscanf(lines[i], format, version);
    snprintf(info->rawBuildInfoString, sizeof info->rawBuildInfoString, "version:%s;arch:x86_64;buildtype:Fake", version);
}

dcgmReturn_t dcgmVersionInfo(dcgmVersionInfo_t *info)
{
    ENTER(0);
    buildInfo(info, "4.5.2", "client_version %63s");
    return DCGM_ST_OK;
}

dcgmReturn_t dcgmHostengineVersionInfo(dcgmHandle_t handle, dcgmVersionInfo_t *info)
{
    ENTER(1);
    buildInfo(info, "4.5.3", "version %63s");
    return DCGM_ST_OK;
}

dcgmReturn_t dcgmGetEntityGroupEntities(dcgmHandle_t handle, dcgm_field_entity_group_t group, dcgm_field_eid_t *entities, int *count, unsigned int flags)
{
    ENTER(1);
    int n = (int)lookup("gpus %ld", 0);
    for (int i = 0; i < n; i++)
        entities[i] = i;
    *count = n;
    return DCGM_ST_OK;
}

static long gpuStatus(int gpu)
{
    char format[64];
    snprintf(format, sizeof format, "gpu %d status=%%ld", gpu);
    return lookup(format, DcgmEntityStatusOk);
}

dcgmReturn_t dcgmGetGpuStatus(dcgmHandle_t handle, unsigned int gpu, DcgmEntityStatus_t *status)
{
    ENTER(1);
    *status = gpuStatus(gpu);
    return DCGM_ST_OK;
}

dcgmReturn_t dcgmGroupCreate(dcgmHandle_t handle, dcgmGroupType_t type, const char *name, dcgmGpuGrp_t *group)
{
    ENTER(1);
    for (int i = 0; i < MAX_GROUPS; i++)
        if (groups[i].used && !strcmp(groups[i].name, name))
            return DCGM_ST_DUPLICATE_KEY;
    for (int i = 0; i < MAX_GROUPS; i++)
        if (!groups[i].used)
        {
            groups[i].used  = 1;
            groups[i].count = 0;
            snprintf(groups[i].name, sizeof groups[i].name, "%s", name);
            *group = i + 1;
            return DCGM_ST_OK;
        }
    return DCGM_ST_MAX_LIMIT;
}

dcgmReturn_t dcgmGroupDestroy(dcgmHandle_t handle, dcgmGpuGrp_t group)
{
    ENTER(1);
    groups[group - 1].used = 0;
    return DCGM_ST_OK;
}

dcgmReturn_t dcgmGroupAddEntity(dcgmHandle_t handle, dcgmGpuGrp_t group, dcgm_field_entity_group_t kind, dcgm_field_eid_t entity)
{
    ENTER(1);
    if (kind != DCGM_FE_GPU || entity >= (unsigned)lookup("gpus %ld", 0) || gpuStatus(entity) == DcgmEntityStatusLost)
        return DCGM_ST_BADPARAM;
    groups[group - 1].gpus[groups[group - 1].count++] = entity;
    return DCGM_ST_OK;
}

dcgmReturn_t dcgmFieldGroupCreate(dcgmHandle_t handle, int count, const unsigned short *ids, const char *name, dcgmFieldGrp_t *fieldGroup)
{
    ENTER(1);
    if (count > MAX_FIELDS)
        return DCGM_ST_MAX_LIMIT;
    for (int i = 0; i < count; i++)
        if (listed("unknown_field", ids[i]))
            return DCGM_ST_BADPARAM;
    for (int i = 0; i < MAX_GROUPS; i++)
        if (fieldGroups[i].used && !strcmp(fieldGroups[i].name, name))
            return DCGM_ST_DUPLICATE_KEY;
    for (int i = 0; i < MAX_GROUPS; i++)
        if (!fieldGroups[i].used)
        {
            fieldGroups[i].used  = 1;
            fieldGroups[i].count = count;
            memcpy(fieldGroups[i].ids, ids, count * sizeof *ids);
            snprintf(fieldGroups[i].name, sizeof fieldGroups[i].name, "%s", name);
            *fieldGroup = i + 1;
            return DCGM_ST_OK;
        }
    return DCGM_ST_MAX_LIMIT;
}

dcgmReturn_t dcgmFieldGroupDestroy(dcgmHandle_t handle, dcgmFieldGrp_t fieldGroup)
{
    ENTER(1);
    fieldGroups[fieldGroup - 1].used = 0;
    return DCGM_ST_OK;
}

dcgmReturn_t dcgmWatchFields(dcgmHandle_t handle, dcgmGpuGrp_t group, dcgmFieldGrp_t fieldGroup, long long every, double keepAge, int keepSamples)
{
    ENTER(1);
    for (int i = 0; i < fieldGroups[fieldGroup - 1].count; i++)
        if (listed("unsupported_watch", fieldGroups[fieldGroup - 1].ids[i]))
            return DCGM_ST_NOT_SUPPORTED;
    for (int g = 0; g < groups[group - 1].count; g++)
        for (int i = 0; i < fieldGroups[fieldGroup - 1].count; i++)
            watchedEvery[groups[group - 1].gpus[g]][fieldGroups[fieldGroup - 1].ids[i]] = every;
    return DCGM_ST_OK;
}

dcgmReturn_t dcgmUnwatchFields(dcgmHandle_t handle, dcgmGpuGrp_t group, dcgmFieldGrp_t fieldGroup)
{
    ENTER(1);
    for (int g = 0; g < groups[group - 1].count; g++)
        for (int i = 0; i < fieldGroups[fieldGroup - 1].count; i++)
            watchedEvery[groups[group - 1].gpus[g]][fieldGroups[fieldGroup - 1].ids[i]] = 0;
    return DCGM_ST_OK;
}

dcgmReturn_t dcgmUpdateAllFields(dcgmHandle_t handle, int wait)
{
    ENTER(1);
    return DCGM_ST_OK;
}

static const char *lastLine(char key, int gpu, int id)
{
    for (int i = ruleCount - 1; i >= 0; i--)
        if (rules[i].id == id && rules[i].key == key && (rules[i].gpu < 0 || rules[i].gpu == gpu))
            return rules[i].rest;
    return NULL;
}

static long long sampleTime(int gpu, int id)
{
    long long now = nowMicros(), every = watchedEvery[gpu][id];
    if (hasFreeze && listed("freeze", gpu))
    {
        if (!frozenAt[gpu])
            frozenAt[gpu] = now;
        now = frozenAt[gpu];
    }
    return every > 0 ? now / every * every : now;
}

static void setBlank(dcgmFieldValue_v2 *v, int offset)
{
    static const char *texts[] = { DCGM_STR_BLANK, DCGM_STR_NOT_FOUND, DCGM_STR_NOT_SUPPORTED, DCGM_STR_NOT_PERMISSIONED };
    if (v->fieldType == DCGM_FT_DOUBLE)
        v->value.dbl = DCGM_FP64_BLANK + offset;
    else if (v->fieldType == DCGM_FT_STRING)
        snprintf(v->value.str, sizeof v->value.str, "%s", texts[offset]);
    else
        v->value.i64 = DCGM_INT64_BLANK + offset;
}

static int blankOffset(const char *word)
{
    static const char *words[] = { "null", "notfound", "notsupported", "noperm" };
    for (int i = 0; i < 4; i++)
        if (!strncmp(word, words[i], strlen(words[i])))
            return i;
    return 0;
}

static void setValue(dcgmFieldValue_v2 *v, const char *rest)
{
    char type, word[512] = "";
    int at = 0;
    double rate = 0;
    sscanf(rest, "%c %n", &type, &at);
    v->fieldType = type;
    if (type == DCGM_FT_STRING)
    {
        snprintf(v->value.str, sizeof v->value.str, "%s", rest + at);
        return;
    }
    sscanf(rest + at, "%511s rate=%lf", word, &rate);
    double grown = rate ? rate * (v->ts / 1e6 - lookup("t0 %ld", 0)) : 0;
    if (type == DCGM_FT_DOUBLE)
        v->value.dbl = atof(word) + grown;
    else
        v->value.i64 = atoll(word) + (long long)grown;
}

static void fill(dcgmFieldValue_v2 *v, int gpu, int id, int live)
{
    const char *rest;
    v->version = dcgmFieldValue_version2;
    v->entityGroupId = DCGM_FE_GPU;
    v->entityId = gpu;
    v->fieldId = id;
    v->fieldType = DCGM_FT_INT64;
    v->status = DCGM_ST_OK;
    v->ts = sampleTime(gpu, id);
    setBlank(v, 0);
    if (!live && !watchedEvery[gpu][id])
    {
        v->status = DCGM_ST_NOT_WATCHED;
        return;
    }
    if (gpuStatus(gpu) == DcgmEntityStatusLost)
    {
        v->status = DCGM_ST_GPU_IS_LOST;
        return;
    }
    rest = lastLine('f', gpu, id);
    if (rest)
        setValue(v, rest);
    else
        setBlank(v, 2);
    if ((rest = lastLine('b', gpu, id)))
        setBlank(v, blankOffset(rest));
    if ((rest = lastLine('s', gpu, id))) /* with the value left in: who ignores the status believes it */
        v->status = atoi(rest);
}

dcgmReturn_t dcgmEntitiesGetLatestValues(dcgmHandle_t handle, dcgmGroupEntityPair_t entities[], unsigned int entityCount,
                                         unsigned short fields[], unsigned int fieldCount, unsigned int flags, dcgmFieldValue_v2 values[])
{
    ENTER(1);
    for (unsigned int e = 0; e < entityCount; e++)
    {
        if (entities[e].entityId >= (unsigned)lookup("gpus %ld", 0))
            return DCGM_ST_BADPARAM;
        for (unsigned int f = 0; f < fieldCount; f++)
            fill(&values[e * fieldCount + f], entities[e].entityId, fields[f], flags & DCGM_FV_FLAG_LIVE_DATA);
    }
    return DCGM_ST_OK;
}

dcgmReturn_t dcgmGetValuesSince_v2(dcgmHandle_t handle, dcgmGpuGrp_t group, dcgmFieldGrp_t fieldGroup, long long since,
                                   long long *next, dcgmFieldValueEntityEnumeration_f each, void *userData)
{
    ENTER(1);
    *next = since;
    for (int g = 0; g < groups[group - 1].count; g++)
        for (int i = 0; i < lineCount; i++)
        {
            int gpu = groups[group - 1].gpus[g], who, code;
            long long ts;
            if (sscanf(lines[i], "xid %d %d %lld", &who, &code, &ts) != 3 || who != gpu || ts < since)
                continue;
            dcgmFieldValue_v1 v = { .version = dcgmFieldValue_version1, .fieldId = DCGM_FI_DEV_XID_ERROR, .fieldType = DCGM_FT_INT64, .ts = ts };
            v.value.i64 = code;
            if (each(DCGM_FE_GPU, gpu, &v, 1, userData))
                return DCGM_ST_OK;
            if (ts + 1 > *next)
                *next = ts + 1;
        }
    return DCGM_ST_OK;
}
