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
	// A session may pause for minutes between turns. Servers may close sooner; the transport notices a closed
	// connection, or the request costs a StaleRetry.
	idleTimeout = 5 * time.Minute
)

// newTransport makes connections as Endpoint.HTTP says, always HTTP/1.1: with one stream on each
// connection, streams neither share flow control nor wait for each other's bytes. It asks for no
// compression and follows no redirect.
func newTransport(e Endpoint, o Options) (trip http.RoundTripper, closeIdle func(), err error) {
	dial := o.DialContext
	if dial == nil {
		dial = (&net.Dialer{Timeout: connectTimeout}).DialContext
	}
	trip, err = config.NewRoundTripperFromConfig(e.HTTP, "firsttoken",
		config.WithHTTP2Disabled(),
		config.WithIdleConnTimeout(idleTimeout),
		config.WithDialContextFunc(stampedDial(dial)),
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

// stampedDial makes connections that know when bytes came. TLS and proxies work on top of them.
func stampedDial(dial config.DialContextFunc) config.DialContextFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return netstamp.Stamp(c), nil
	}
}

// commonHeader is the header of every request to an endpoint. Names that Endpoint.HTTP sets are left to it.
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

// httpRequest is a request with its headers. It has no GetBody, so that net/http cannot send it a second
// time by itself when a reused connection fails.
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
