//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"
)

// runEpoll runs the floor that other clients are compared with, the least that a client can do: one thread waits for
// bytes by epoll, reads them and counts events. It has no HTTP library, no JSON and no goroutines, and takes the time
// when read returns.
func runEpoll(ctx context.Context, p plan) error {
	addr, err := net.ResolveTCPAddr("tcp4", p.Address)
	if err != nil {
		return err
	}
	to := &syscall.SockaddrInet4{Port: addr.Port}
	copy(to.Addr[:], addr.IP.To4())
	epoll, err := syscall.EpollCreate1(0)
	if err != nil {
		return err
	}
	body, err := p.body()
	if err != nil {
		return err
	}
	f := &epollClient{epoll: epoll, to: to, body: body, stream: map[int32]int{}, buf: make([]byte, 64<<10)}
	f.report = report{Streams: make([]streamReport, p.Streams), Bare: resident()}
	before, start := cpu(), monotonic()+int64(100*time.Millisecond)
	for f.begun < p.Streams || len(f.stream) > 0 {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		now := monotonic()
		for f.begun < p.Streams && now >= start+int64(p.Ramp)*int64(f.begun)/int64(p.Streams) {
			if err := f.begin(); err != nil {
				return err
			}
		}
		if f.report.Idle == 0 && now > start+int64(p.Ramp+p.Delay/10) {
			f.report.Idle = resident()
		}
		if err := f.wait(); err != nil {
			return err
		}
	}
	f.report.CPU, f.report.Peak = cpu()-before, resident()
	return json.NewEncoder(os.Stdout).Encode(f.report)
}

type epollClient struct {
	epoll  int
	to     syscall.Sockaddr
	body   []byte
	begun  int           // streams so far
	stream map[int32]int // open streams by descriptor
	buf    []byte
	events [256]syscall.EpollEvent
	report report
}

// begin connects, which does not block on loopback, and sends a request.
func (f *epollClient) begin() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	if err := syscall.Connect(fd, f.to); err != nil {
		return err
	}
	id := requestID(f.begun)
	request := fmt.Appendf(nil, "POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\n"+
		"X-Request-Id: %s\r\nContent-Length: %d\r\n\r\n%s", id, len(f.body), f.body)
	s := streamReport{ID: id, ScheduleLag: -1, Start: monotonic()}
	if err := writeAll(fd, request); err != nil {
		return err
	}
	s.Sent = monotonic()
	if err := syscall.SetNonblock(fd, true); err != nil {
		return err
	}
	f.report.Streams[f.begun] = s
	f.stream[int32(fd)] = f.begun
	f.begun++
	event := &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}
	return syscall.EpollCtl(f.epoll, syscall.EPOLL_CTL_ADD, fd, event)
}

// writeAll writes everything; a signal may cut a write short.
func writeAll(fd int, p []byte) error {
	for len(p) > 0 {
		n, err := syscall.Write(fd, p)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return err
		}
		p = p[max(n, 0):]
	}
	return nil
}

// wait reads what arrives, and returns in time to begin another stream or to measure the memory.
func (f *epollClient) wait() error {
	timeout := 100 // milliseconds
	if f.begun < len(f.report.Streams) {
		timeout = 1
	}
	n, err := syscall.EpollWait(f.epoll, f.events[:], timeout)
	if err != nil && !errors.Is(err, syscall.EINTR) {
		return err
	}
	for i := range max(n, 0) {
		f.read(f.events[i].Fd)
	}
	return nil
}

func (f *epollClient) read(fd int32) {
	n, err := syscall.Read(int(fd), f.buf)
	now := monotonic()
	if errors.Is(err, syscall.EAGAIN) {
		return
	}
	s := &f.report.Streams[f.stream[fd]]
	got := f.buf[:max(n, 0)]
	if tokens := bytes.Count(got, []byte(`"content":"`)); tokens > 0 {
		if s.First == 0 {
			s.First, s.Read = now, now
		}
		s.Last = now
		s.Events += tokens
	}
	if err != nil || n == 0 || bytes.HasSuffix(got, []byte("0\r\n\r\n")) {
		delete(f.stream, fd)
		_ = syscall.Close(int(fd)) // the stream is over, whatever close says
	}
}
