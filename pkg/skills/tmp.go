package skills

import "fmt"

func tmpFingerprint(a, b, c string, n int) string { return fmt.Sprint(a, b, c, n) }
