package simulator

import (
	"cmp"
	"fmt"
	"net/http"
)

// Body is the form of the body of an error.
type Body string

const (
	JSONBody Body = "json" // the vendor's error object
	TextBody Body = "text" // the message alone
	HTMLBody Body = "html" // a page as nginx writes it
	NoBody   Body = "none"
)

func bodies() []Body { return []Body{JSONBody, TextBody, HTMLBody, NoBody} }

// render returns a failure's content type and body.
func (b Body) render(v vendor, f *Failure, id string) (contentType string, body []byte) {
	switch b {
	case NoBody:
		return "", nil
	case TextBody:
		return "text/plain; charset=utf-8", []byte(f.Message + "\n")
	case HTMLBody:
		return "text/html", []byte(htmlPage(f.Status))
	default:
		return "application/json", v.errorObject(f, id)
	}
}

func htmlPage(status int) string {
	words := map[int]string{
		http.StatusRequestTimeout:        "Request Time-out",
		http.StatusRequestEntityTooLarge: "Request Entity Too Large",
		http.StatusServiceUnavailable:    "Service Temporarily Unavailable",
		http.StatusGatewayTimeout:        "Gateway Time-out",
	}
	title := fmt.Sprintf("%d %s", status, cmp.Or(words[status], http.StatusText(status), "Error"))
	return "<html>\r\n<head><title>" + title + "</title></head>\r\n" +
		"<body>\r\n<center><h1>" + title + "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
}
