package alerts

import "time"

// Of the alerts on a target's certificate. Let's Encrypt asks for renewal thirty days before the end of ninety, so one
// that has three weeks left was not renewed by whatever should do it.
const (
	certificateWarning = 21 * 24 * time.Hour
	certificateTicket  = 7 * 24 * time.Hour
	certificateFor     = 15 * time.Minute
)

func (b builder) certificateExpiring() alert {
	return b.certificate("CertificateExpiring", Warning, certificateWarning)
}

func (b builder) certificateExpiresSoon() alert {
	return b.certificate("CertificateExpiresSoon", Ticket, certificateTicket)
}

// certificate takes the earliest that any replica was shown: behind a load balancer, one server may be forgotten.
func (b builder) certificate(name string, s Severity, left time.Duration) alert {
	const expiry = "firsttoken_tls_certificate_expiry_timestamp_seconds"
	return alert{
		name: name, severity: s, component: endpoint,
		expr: b.fill("min by ($byTarget) ($expiry > 0) - time() < $left",
			values{"expiry": expiry, "left": seconds(left)}),
		wait:    certificateFor,
		summary: "The certificate of {{ $labels.target }} expires in {{ $value | humanizeDuration }}",
		details: "The first certificate of the chain that it sends expires at " +
			lookup(expiry, "humanizeTimestamp", b.byTarget) + ", in {{ $value | humanizeDuration }}." +
			" From then on clients refuse the connection.",
		by:        b.byTarget,
		action:    "Renew the certificate, and find out why whatever should renew it has not.",
		dashboard: endpointDashboard,
	}
}
