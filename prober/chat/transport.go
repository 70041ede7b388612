package chat

import (
	"context"
	"maps"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/common/config"

	"github.com/firsttoken/firsttoken/internal/netstamp"
)

const (
	connectTimeout = 10 * time.Second
	// A session may think for minutes between turns. Servers close sooner as they like; a connection
	// that was closed meanwhile is noticed, or costs a StaleRetry.
	idleTimeout = 5 * time.Minute
)

// newTransport makes connections as Endpoint.HTTP says, always HTTP/1.1: one stream for each
// connection, so that streams neither share flow control nor wait for each other's bytes.
// Compression is off, redirects are answers.
func newTransport(e Endpoint, o Options) (trip http.RoundTripper, closeIdle func(), err error) {
	dial := o.DialContext
	if dial == nil {
		dial = (&net.Dialer{Timeout: connectTimeout}).DialContext
	}
	trip, err = config.NewRoundTripperFromConfig(e.HTTP, "firsttoken",
		config.WithHTTP2Disabled(),
		config.WithIdleConnTimeout(idleTimeout),
		config.WithDialContextFunc(stamping(dial)),
	)
	if err != nil {
		return nil, nil, err
	}
	closeIdle = func() {}
	if c, ok := trip.(interface{ CloseIdleConnections() }); ok {
		closeIdle = c.CloseIdleConnections
	}
	return trip, closeIdle, nil
}

// stamping makes connections that know when bytes came. TLS and proxies sit above them.
func stamping(dial config.DialContextFunc) config.DialContextFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return netstamp.Stamp(c), nil
	}
}

// commonHeader is what every request to an endpoint carries, less what Endpoint.HTTP sets itself.
func (d *dialect) commonHeader(e Endpoint, o Options) http.Header {
	version := o.Version
	if version == "" {
		version = "unknown"
	}
	h := http.Header{
		"Content-Type":      {"application/json"},
		"Accept":            {"text/event-stream"},
		"User-Agent":        {"firsttoken/" + version},
		"X-Synthetic-Probe": {"firsttoken"},
	}
	maps.Copy(h, d.header)
	if e.HTTP.HTTPHeaders != nil {
		for name := range e.HTTP.HTTPHeaders.Headers {
			h.Del(name)
		}
	}
	return h
}

// httpRequest is a request with its headers. It has no GetBody: without, net/http cannot send it a
// second time on its own when a reused connection fails.
func (c *Client) httpRequest(r *Request, key string, body *Body) *http.Request {
	h := c.header.Clone()
	h.Set("X-Request-Id", r.ID)
	for _, name := range c.endpoint.SessionHeaders {
		h.Set(name, r.Session)
	}
	if parent, ok := traceparent(r.ID); ok && c.endpoint.PropagateTrace {
		h.Set("Traceparent", parent)
	}
	if key != "" {
		c.dialect.authorize(h, key)
	}
	return &http.Request{
		Method: http.MethodPost, URL: c.url, Host: c.url.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: body, ContentLength: body.Len(),
	}
}
