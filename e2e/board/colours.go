package board

import "strings"

// hue of a colour by the name that Grafana gives it; its shades are super-light, light, semi-dark, dark.
func hex(name string) string {
	base := map[string][5]string{ // super-light, light, plain, semi-dark, dark
		"red":    {"#FFA6B0", "#FF7383", "#F2495C", "#E02F44", "#C4162A"},
		"orange": {"#FFCB7D", "#FFB357", "#FF9830", "#FF780A", "#FA6400"},
		"yellow": {"#FFF899", "#FFEE52", "#FADE2A", "#F2CC0C", "#E0B400"},
		"green":  {"#C8F2C2", "#96D98D", "#73BF69", "#56A64B", "#37872D"},
		"blue":   {"#C0D8FF", "#8AB8FF", "#5794F2", "#3274D9", "#1F60C4"},
		"purple": {"#DEB6F2", "#CA95E5", "#B877D9", "#A352CC", "#8F3BB8"},
	}
	if strings.HasPrefix(name, "#") || name == "transparent" {
		return name
	}
	for i, prefix := range []string{"super-light-", "light-", "", "semi-dark-", "dark-"} {
		if shades, ok := base[strings.TrimPrefix(name, prefix)]; ok && strings.HasPrefix(name, prefix) {
			return shades[i]
		}
	}
	return "#ccccdc"
}

// palette is what series are given in turn.
func palette(i int) string {
	all := []string{"#73BF69", "#F2CC0C", "#8AB8FF", "#FF780A", "#F2495C", "#5794F2", "#B877D9", "#705DA0", "#37872D", "#FADE2A", "#447EBC", "#C15C17"}
	return all[i%len(all)]
}
