package dcgm

// clockReason is one bit of field 112. A reason that DCGM also counts in seconds is sampled only
// where the GPU lacks the counter, because a sample misses what happens between two polls. Idle and
// display are left out: they explain no latency.
type clockReason struct {
	bit     uint64
	name    string
	counter uint16 // the field that counts its seconds, 0 where there is none
}

func clockReasons() []clockReason {
	return []clockReason{
		{bit: 0x2, name: "clocks_setting"},
		{bit: 0x4, name: "sw_power_cap", counter: 1420},
		{bit: 0x8, name: "hw_slowdown"},
		{bit: 0x10, name: "sync_boost", counter: 1421},
		{bit: 0x20, name: "sw_thermal", counter: 1422},
		{bit: 0x40, name: "hw_thermal", counter: 1423},
		{bit: 0x80, name: "hw_power_brake", counter: 1424},
	}
}
