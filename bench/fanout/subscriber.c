/* All viewers of one WebSocket address in one process: subscriber PORT PATH VIEWERS EVENTS DEADLINE_S
 *
 * Shakes hands for every viewer, writes "ready", reads until each has seen EVENTS events or the
 * deadline is over, and writes one line of JSON. It looks for `"seq":` and `"latency_ms":` in what
 * comes: the numbers must go 1, 2, 3 … for each viewer, and the latency is the monotonic clock's
 * time at which the event was sent, in ms.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char *const TOKENS[2] = {"\"seq\":", "\"latency_ms\":"};

struct viewer {
    int fd, matched[2], reading; /* reading: 0 nothing, 1 a seq, 2 a latency */
    int digits;
    char number[32];
    long seq;
};

static double *latencies;
static long seen, wanted, holes;
static double first_ms, last_ms;

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void got_number(struct viewer *v, double now) {
    v->number[v->digits] = 0;
    if (v->reading == 1) {
        long seq = atol(v->number);
        holes += seq != v->seq + 1;
        v->seq = seq;
    } else if (seen < wanted) {
        double sent = atof(v->number);
        if (!seen || sent < first_ms) first_ms = sent;
        last_ms = now;
        latencies[seen++] = now - sent;
    }
    v->reading = 0;
}

static void scan(struct viewer *v, const char *data, ssize_t size, double now) {
    for (ssize_t i = 0; i < size; i++) {
        char c = data[i];
        if (v->reading) {
            if (((c >= '0' && c <= '9') || c == '.' || c == 'e' || c == '+' || c == '-') && v->digits < 31) {
                v->number[v->digits++] = c;
                continue;
            }
            got_number(v, now);
        }
        for (int t = 0; t < 2; t++) {
            int *m = &v->matched[t];
            *m = c == TOKENS[t][*m] ? *m + 1 : c == '"';
            if (!TOKENS[t][*m]) {
                *m = 0;
                v->reading = t + 1;
                v->digits = 0;
            }
        }
    }
}

static void shake_hands(struct viewer *v, int port, const char *path) {
    char text[4096];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (v->fd < 0) fail("socket");
    if (connect(v->fd, (struct sockaddr *)&to, sizeof to)) fail("connect");
    int size = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                        path, port);
    if (write(v->fd, text, size) != size) fail("write");
    ssize_t have = 0;
    char *end = NULL;
    while (!end) {
        ssize_t more = read(v->fd, text + have, sizeof text - 1 - have);
        if (more <= 0) fail("handshake");
        have += more;
        text[have] = 0;
        end = strstr(text, "\r\n\r\n");
    }
    if (strncmp(text, "HTTP/1.1 101", 12)) {
        fprintf(stderr, "%s\n", text);
        exit(1);
    }
    scan(v, end + 4, text + have - (end + 4), now_ms());
    fcntl(v->fd, F_SETFL, O_NONBLOCK);
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double q) { return seen ? latencies[(long)(q * (seen - 1))] : 0; }

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    int port = atoi(argv[1]), count = atoi(argv[3]);
    wanted = (long)count * atol(argv[4]);
    double deadline_s = atof(argv[5]);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    latencies = malloc(sizeof *latencies * (wanted + 1));
    struct viewer *viewers = calloc(count, sizeof *viewers);
    int poll = epoll_create1(0);
    for (int i = 0; i < count; i++) {
        shake_hands(&viewers[i], port, argv[2]);
        struct epoll_event on = {.events = EPOLLIN, .data.ptr = &viewers[i]};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, viewers[i].fd, &on)) fail("epoll_ctl");
    }
    puts("ready");
    fflush(stdout);
    static char data[1 << 18];
    struct epoll_event ready[512];
    double until = now_ms() + deadline_s * 1e3;
    while (seen < wanted && now_ms() < until) {
        int n = epoll_wait(poll, ready, 512, 200);
        for (int i = 0; i < n; i++) {
            struct viewer *v = ready[i].data.ptr;
            ssize_t size = read(v->fd, data, sizeof data);
            if (size > 0)
                scan(v, data, size, now_ms());
            else if (size == 0 || errno != EAGAIN)
                epoll_ctl(poll, EPOLL_CTL_DEL, v->fd, NULL);
        }
    }
    qsort(latencies, seen, sizeof *latencies, by_size);
    printf("{\"deliveries\": %ld, \"holes\": %ld, \"seconds\": %.6f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
           "\"most_ms\": %.3f}\n",
           seen, holes, (last_ms - first_ms) / 1e3, quantile(0.5), quantile(0.99), quantile(1.0));
    return 0;
}
