// SPDX-FileCopyrightText: 2026 The aramid authors
// SPDX-License-Identifier: MIT

// nginx in front of the web server, as people set it up: one path for each way. Certificates are made on the spot.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import net from "node:net";

import { start } from "./processes.mjs";

function openssl(folder, ...args) {
  execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
}

const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function makeAuthority(folder, name) {
  openssl(folder, "req", "-x509", ...key, "-days", "2", "-subj", `/CN=${name}`, "-keyout", `${name}.key`,
    "-out", `${name}.pem`);
}

function sign(folder, issuer, name, extension) {
  openssl(folder, "req", "-new", ...key, "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
  writeFileSync(`${folder}/${name}.ext`, extension);
  openssl(folder, "x509", "-req", "-in", `${name}.csr`, "-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`,
    "-CAcreateserial", "-days", "2", "-extfile", `${name}.ext`, "-out", `${name}.pem`);
}

/** A root, an authority below it that nginx has to send along, a certificate for 127.0.0.1, and two bad choices. */
function makeCertificates(folder) {
  makeAuthority(folder, "root");
  makeAuthority(folder, "stranger");
  sign(folder, "root", "middle", "basicConstraints=critical,CA:TRUE");
  sign(folder, "middle", "here", "subjectAltName=IP:127.0.0.1");
  sign(folder, "middle", "elsewhere", "subjectAltName=DNS:elsewhere.example");
  for (const name of ["here", "elsewhere"]) {
    const chain = [name, "middle"].map((link) => readFileSync(`${folder}/${link}.pem`, "utf8"));
    writeFileSync(`${folder}/${name}-chain.pem`, chain.join(""));
  }
}

/** Ports that were free a moment ago: nginx has no way to let the system choose. */
async function freePorts(count) {
  const servers = [];
  for (let i = 0; i < count; ++i) {
    const server = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    servers.push(server);
  }
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const config = (ports, app, closed) => `
daemon off;
master_process off;
pid nginx.pid;
error_log error.log warn;
events { worker_connections 256; }
http {
  access_log access.log;
  client_body_temp_path tmp/body; proxy_temp_path tmp/proxy;
  fastcgi_temp_path tmp/fastcgi; uwsgi_temp_path tmp/uwsgi; scgi_temp_path tmp/scgi;
  gzip on; gzip_types application/json text/event-stream; gzip_proxied any; gzip_min_length 20;
  client_max_body_size 16m;
  limit_req_zone $server_port zone=limited:64k rate=1r/m;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header X-Connection $connection;
  upstream app { server 127.0.0.1:${app} max_fails=0; keepalive 8; }
  server {
    listen 127.0.0.1:${ports[0]};
    location /buffered/ { proxy_pass http://app/; }
    location /unbuffered/ { proxy_buffering off; proxy_pass http://app/; }
    location /old/ { proxy_http_version 1.0; proxy_set_header Connection close; proxy_pass http://app/;
                     proxy_set_header X-Connection $connection; proxy_buffering off; }
    location /two/ { keepalive_requests 2; proxy_pass http://app/; }
    location /brief/ { keepalive_timeout 1ms; proxy_pass http://app/; }
    location /small/ { client_max_body_size 1k; proxy_pass http://app/; }
    location /slow/ { proxy_read_timeout 200ms; proxy_pass http://app/; }
    location /limited/ { limit_req zone=limited; limit_req_status 429; proxy_pass http://app/; }
    location /down/ { proxy_pass http://127.0.0.1:${closed}/; }
  }
  server {
    listen 127.0.0.1:${ports[1]} ssl http2;
    ssl_certificate here-chain.pem; ssl_certificate_key here.key;
    location /buffered/ { proxy_pass http://app/; }
    location /unbuffered/ { proxy_buffering off; proxy_pass http://app/; }
  }
  server {
    listen 127.0.0.1:${ports[2]} ssl;
    ssl_certificate elsewhere-chain.pem; ssl_certificate_key elsewhere.key;
    location / { proxy_pass http://app/; }
  }
}
`;

/** Starts nginx before the web server on port `app`; where it is reached. */
export async function startProxy(nginx, folder, app) {
  for (const name of ["", "tmp"]) mkdirSync(`${folder}/${name}`, { recursive: true });
  makeCertificates(folder);
  for (let tries = 3; ; --tries) {
    const [closed, ...ports] = await freePorts(4);
    writeFileSync(`${folder}/nginx.conf`, config(ports, app, closed));
    const child = start(nginx, ["-p", folder, "-c", "nginx.conf", "-e", "error.log"]);
    if (await listens(ports[2], child)) {
      return {
        INTEROP_NGINX: `http://127.0.0.1:${ports[0]}`,
        INTEROP_TLS: `https://127.0.0.1:${ports[1]}`,
        INTEROP_ELSEWHERE: `https://127.0.0.1:${ports[2]}`,
        INTEROP_ROOT: `${folder}/root.pem`,
        INTEROP_STRANGER: `${folder}/stranger.pem`,
      };
    }
    if (tries === 1) throw new Error(`nginx did not start: ${child.said()}`);
  }
}

/** True once somebody listens on `port`, false if `child` ends before. */
async function listens(port, child) {
  while (child.exitCode === null && child.signalCode === null) {
    const connected = await new Promise((resolve) => {
      const socket = net.connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    if (connected) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
