#!/bin/sh
# Before removal, but not before an upgrade: stops the service.
set -e
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ] && { [ "$1" = remove ] || [ "$1" = 0 ]; }; then # deb, rpm
	systemctl disable --now firsttoken.service
fi
