package pages

import (
	"net"
	"net/http"
)

// trusted serves those only who are on this machine or have authenticated: what a handler behind it does or shows is
// not for everybody who can reach the metrics.
func (o Options) trusted(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !fromLoopback(r) && (o.Authenticated == nil || !o.Authenticated(r)) {
			plain(w, http.StatusForbidden, r.URL.Path+" is for clients on this machine, and for those that authenticate: "+
				"set up basic_auth_users or client certificates in --web.config.file.\n")
			return
		}
		next(w, r)
	}
}

// fromLoopback reports whether the client is on this machine, or a proxy on it speaks for the client.
func fromLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() && !forwarded(r.Header)
}

// forwarded reports whether a proxy passes on the request of another machine.
func forwarded(h http.Header) bool {
	return h.Get("Forwarded") != "" || h.Get("X-Forwarded-For") != ""
}
