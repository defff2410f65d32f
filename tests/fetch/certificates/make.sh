#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the certificates of the download tests anew, valid for a hundred years. The keys are public:
# nothing but these tests trusts them.
set -eu
cd "$(dirname "$0")"
sign () { # FIRST-DAY LAST-DAY EXTRA...: request.pem to cert.pem
  first=$1 last=$2; shift 2
  : > index; echo 01 > serial
  openssl ca -batch -notext -md sha256 -startdate "$first" -enddate "$last" -config authority.conf \
    -extfile extensions -in request.pem -out cert.pem "$@"
}
request () { # NAME
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
    -keyout "$1-key.pem" -out request.pem
}
authority () { # NAME
  request "$1"
  printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n' > extensions
  sign 20200101000000Z 21200101000000Z -selfsign -keyfile "$1-key.pem"
  mv cert.pem "$1.pem"
}
server () { # NAME SUBJECT-ALT-NAME LAST-DAY
  request "$1"
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n' "$2" > extensions
  sign 20200101000000Z "$3" -cert authority.pem -keyfile authority-key.pem
  cat cert.pem "$1-key.pem" > "$1.pem"
}
cat > authority.conf <<'END'
[ca]
default_ca = here
[here]
database = index
serial = serial
new_certs_dir = .
policy = any
unique_subject = no
[any]
commonName = supplied
END
authority authority
authority stranger
server localhost DNS:localhost 21200101000000Z
server elsewhere DNS:elsewhere.invalid 21200101000000Z
server expired DNS:localhost 20210101000000Z
rm -f ./*-key.pem request.pem extensions cert.pem index* serial* 0*.pem authority.conf
