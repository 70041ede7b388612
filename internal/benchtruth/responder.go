//go:build linux

package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// wrote is when an event was written: before the call, and after it.
type wrote struct{ Before, After int64 }

// written is what the responder knows of a stream.
type written struct {
	ID          string
	First, Last wrote
}

// stream is an answer in progress.
type stream struct {
	conn net.Conn
	due  int64 // of the next event, CLOCK_MONOTONIC
	left int
	written
}

// responder writes every stream's events from one thread, so that nothing but the kernel comes between
// a stamp and its write:
//
//	request ─► fresh (due after Delay, in order) ─┐
//	            └─ first event ─► steady (due after 1/Rate, in order) ─► write ─┘ …
type responder struct {
	plan  plan
	token []byte
	end   []byte
	fresh chan *stream

	mu   sync.Mutex
	done []written
}

func respond(ctx context.Context, p plan) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if p.Secure {
		cert, err := certificate()
		if err != nil {
			return err
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13})
	}
	r := &responder{plan: p, fresh: make(chan *stream, p.Streams),
		token: chunk(`data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}` + "\n\n"),
		end:   append(chunk(`data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n"), "0\r\n\r\n"...),
	}
	go r.accept(l)
	go r.write()
	if _, err := fmt.Println(l.Addr()); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent has what it wants
	r.mu.Lock()
	defer r.mu.Unlock()
	return json.NewEncoder(os.Stdout).Encode(r.done)
}

func chunk(s string) []byte { return fmt.Appendf(nil, "%x\r\n%s\r\n", len(s), s) }

// accept hands each request on as a stream. The process ends with its parent's interest; nobody waits
// for these goroutines.
func (r *responder) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go r.read(conn)
	}
}

func (r *responder) read(conn net.Conn) {
	in := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"); err != nil {
			return
		}
		r.fresh <- &stream{conn: conn, due: monotonic() + int64(r.plan.Delay), left: r.plan.Events,
			written: written{ID: req.Header.Get("X-Request-Id")}}
	}
}

// write writes what is due, for ever. It sleeps in the kernel, which wakes it to some 60 µs where Go's
// timers take a millisecond.
func (r *responder) write() {
	runtime.LockOSThread()
	var fresh, steady []*stream
	step := int64(float64(time.Second) / r.plan.Rate)
	for {
		for more := true; more; {
			select {
			case s := <-r.fresh:
				fresh = append(fresh, s)
			default:
				more = false
			}
		}
		now := monotonic()
		next := now + int64(time.Millisecond) // new requests are looked for as often
		for len(fresh) > 0 && fresh[0].due <= now {
			s := fresh[0]
			fresh = fresh[1:]
			if r.event(s) {
				s.due = monotonic() + step
				steady = append(steady, s)
			}
		}
		for len(steady) > 0 && steady[0].due <= now {
			s := steady[0]
			steady = steady[1:]
			if r.event(s) {
				s.due += step
				steady = append(steady, s)
			}
		}
		for _, q := range [][]*stream{fresh, steady} {
			if len(q) > 0 {
				next = min(next, q[0].due)
			}
		}
		if wait := next - monotonic(); wait > 0 {
			ts := syscall.NsecToTimespec(wait)
			_ = syscall.Nanosleep(&ts, nil)
		}
	}
}

// event writes one event, and the end behind the last; false when the stream is over.
func (r *responder) event(s *stream) bool {
	w := wrote{Before: monotonic()}
	_, err := s.conn.Write(r.token)
	w.After = monotonic()
	if s.First.Before == 0 {
		s.First = w
	}
	s.Last = w
	if s.left--; s.left > 0 && err == nil {
		return true
	}
	if err == nil {
		time.AfterFunc(200*time.Millisecond, func() { // behind the last token's stamp
			_, _ = s.conn.Write(r.end)
		})
		r.mu.Lock()
		r.done = append(r.done, s.written)
		r.mu.Unlock()
	}
	return false
}

// certificate is self-signed and lives as long as the run.
func certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
