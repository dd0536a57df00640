// What uname(2) says. The C library of the guests answers uname from here too (generated header).
export const UTSNAME = {
  sysname: 'TabOS',
  nodename: 'tabos',
  release: '0.1.0',
  version: '#1',
  machine: 'wasm32',
} as const;
