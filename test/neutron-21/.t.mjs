var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __commonJS = (cb, mod) =>
  function __require() {
    try {
      return (mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports);
    } catch (e) {
      throw ((mod = 0), e);
    }
  };
var __copyProps = (to, from, except, desc) => {
  if ((from && typeof from === 'object') || typeof from === 'function') {
    for (const key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, {
          get: () => from[key],
          enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable,
        });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (
  (target = mod != null ? __create(__getProtoOf(mod)) : {}),
  __copyProps(
    // If the importer is in node compatibility mode or this is not an ESM
    // file that has been converted to a CommonJS file using a Babel-
    // compatible transform (i.e. "__esModule" has not been set), then set
    // "default" to the CommonJS "module.exports" for node compatibility.
    isNodeMode || !mod || !mod.__esModule ? __defProp(target, 'default', { value: mod, enumerable: true }) : target,
    mod,
  )
);

// node_modules/ip-address/dist/address-error.js
var require_address_error = __commonJS({
  'node_modules/ip-address/dist/address-error.js'(exports) {
    Object.defineProperty(exports, '__esModule', { value: true });
    exports.AddressError = void 0;
    var AddressError = class extends Error {
      constructor(message, parseMessage) {
        super(message);
        this.name = 'AddressError';
        this.parseMessage = parseMessage;
      }
    };
    exports.AddressError = AddressError;
  },
});

// node_modules/ip-address/dist/common.js
var require_common = __commonJS({
  'node_modules/ip-address/dist/common.js'(exports) {
    Object.defineProperty(exports, '__esModule', { value: true });
    exports.isInSubnet = isInSubnet;
    exports.isHostInSubnet = isHostInSubnet;
    exports.isGloballyReachable = isGloballyReachable;
    exports.offsetBigInt = offsetBigInt;
    exports.isCorrect = isCorrect;
    exports.prefixLengthFromMask = prefixLengthFromMask;
    exports.assertByteArray = assertByteArray;
    exports.numberToPaddedHex = numberToPaddedHex;
    exports.stringToPaddedHex = stringToPaddedHex;
    exports.testBit = testBit;
    var address_error_1 = require_address_error();
    function isInSubnet(address) {
      if (this.subnetMask < address.subnetMask) {
        return false;
      }
      return isHostInSubnet.call(this, address);
    }
    function isHostInSubnet(address) {
      if (this.binaryZeroPad().length !== address.binaryZeroPad().length) {
        return false;
      }
      return this.mask(address.subnetMask) === address.mask();
    }
    function isGloballyReachable(entries) {
      let best = null;
      for (let i = 0; i < entries.length; i++) {
        const entry2 = entries[i];
        if (
          entry2.reachable !== null &&
          isHostInSubnet.call(this, entry2.subnet) &&
          (best === null || entry2.subnet.subnetMask > best.subnet.subnetMask)
        ) {
          best = entry2;
        }
      }
      return best === null ? true : best.reachable;
    }
    function offsetBigInt(value, n, bits2, family) {
      if (typeof n === 'number' && !Number.isSafeInteger(n)) {
        throw new address_error_1.AddressError(`${family} offset must be an integer`);
      }
      if (typeof n !== 'number' && typeof n !== 'bigint') {
        throw new address_error_1.AddressError(`${family} offset must be an integer`);
      }
      const result = value + BigInt(n);
      if (result < BigInt(0) || result > (BigInt(1) << BigInt(bits2)) - BigInt(1)) {
        throw new address_error_1.AddressError(`${family} offset leaves the address space`);
      }
      return result;
    }
    function isCorrect(defaultBits) {
      return function isCorrectForm() {
        if (this.addressMinusSuffix !== this.correctForm()) {
          return false;
        }
        if (this.subnetMask === defaultBits && !this.parsedSubnet) {
          return true;
        }
        return this.parsedSubnet === String(this.subnetMask);
      };
    }
    function prefixLengthFromMask(value, totalBits) {
      const binary = value.toString(2).padStart(totalBits, '0');
      if (binary.length > totalBits) {
        throw new address_error_1.AddressError('Invalid subnet mask.');
      }
      const firstZero = binary.indexOf('0');
      if (firstZero === -1) {
        return totalBits;
      }
      if (binary.slice(firstZero).includes('1')) {
        throw new address_error_1.AddressError('Invalid subnet mask.');
      }
      return firstZero;
    }
    function assertByteArray(bytes, byteCount, family, minimum) {
      if (bytes.length !== byteCount) {
        throw new address_error_1.AddressError(`${family} addresses require exactly ${byteCount} bytes`);
      }
      for (let i = 0; i < bytes.length; i++) {
        if (!Number.isInteger(bytes[i]) || bytes[i] < minimum || bytes[i] > 255) {
          throw new address_error_1.AddressError(`All bytes must be integers between ${minimum} and 255`);
        }
      }
    }
    function numberToPaddedHex(number2) {
      return number2.toString(16).padStart(2, '0');
    }
    function stringToPaddedHex(numberString) {
      return numberToPaddedHex(parseInt(numberString, 10));
    }
    function testBit(binaryValue, position) {
      const { length } = binaryValue;
      if (position >= length) {
        return false;
      }
      const positionInString = length - position - 1;
      return binaryValue.substring(positionInString, positionInString + 1) === '1';
    }
  },
});

// node_modules/ip-address/dist/v4/constants.js
var require_constants = __commonJS({
  'node_modules/ip-address/dist/v4/constants.js'(exports) {
    Object.defineProperty(exports, '__esModule', { value: true });
    exports.SPECIAL_PURPOSE = exports.RE_SUBNET_STRING = exports.RE_ADDRESS = exports.GROUPS = exports.BITS = void 0;
    exports.BITS = 32;
    exports.GROUPS = 4;
    exports.RE_ADDRESS =
      /^(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])$/g;
    exports.RE_SUBNET_STRING = /\/\d{1,2}$/;
    exports.SPECIAL_PURPOSE = [
      ['0.0.0.0/8', 'This network', false],
      ['0.0.0.0/32', 'This host on this network', false],
      ['10.0.0.0/8', 'Private-Use', false],
      ['100.64.0.0/10', 'Shared Address Space', false],
      ['127.0.0.0/8', 'Loopback', false],
      ['169.254.0.0/16', 'Link Local', false],
      ['172.16.0.0/12', 'Private-Use', false],
      ['192.0.0.0/24', 'IETF Protocol Assignments', false],
      ['192.0.0.0/29', 'IPv4 Service Continuity Prefix', false],
      ['192.0.0.8/32', 'IPv4 dummy address', false],
      ['192.0.0.9/32', 'Port Control Protocol Anycast', true],
      ['192.0.0.10/32', 'Traversal Using Relays around NAT Anycast', true],
      ['192.0.0.170/32', 'NAT64/DNS64 Discovery', false],
      ['192.0.0.171/32', 'NAT64/DNS64 Discovery', false],
      ['192.0.2.0/24', 'Documentation (TEST-NET-1)', false],
      ['192.31.196.0/24', 'AS112-v4', true],
      ['192.52.193.0/24', 'AMT', true],
      ['192.88.99.0/24', 'Deprecated (6to4 Relay Anycast)', null],
      ['192.88.99.2/32', '6a44-relay anycast address', false],
      ['192.168.0.0/16', 'Private-Use', false],
      ['192.175.48.0/24', 'Direct Delegation AS112 Service', true],
      ['198.18.0.0/15', 'Benchmarking', false],
      ['198.51.100.0/24', 'Documentation (TEST-NET-2)', false],
      ['203.0.113.0/24', 'Documentation (TEST-NET-3)', false],
      ['240.0.0.0/4', 'Reserved', false],
      ['255.255.255.255/32', 'Limited Broadcast', false],
    ];
  },
});

// node_modules/ip-address/dist/ipv4.js
var require_ipv4 = __commonJS({
  'node_modules/ip-address/dist/ipv4.js'(exports) {
    var __createBinding =
      (exports && exports.__createBinding) ||
      (Object.create
        ? (o, m, k, k2) => {
            if (k2 === void 0) k2 = k;
            var desc = Object.getOwnPropertyDescriptor(m, k);
            if (!desc || ('get' in desc ? !m.__esModule : desc.writable || desc.configurable)) {
              desc = { enumerable: true, get: () => m[k] };
            }
            Object.defineProperty(o, k2, desc);
          }
        : (o, m, k, k2) => {
            if (k2 === void 0) k2 = k;
            o[k2] = m[k];
          });
    var __setModuleDefault =
      (exports && exports.__setModuleDefault) ||
      (Object.create
        ? (o, v) => {
            Object.defineProperty(o, 'default', { enumerable: true, value: v });
          }
        : (o, v) => {
            o['default'] = v;
          });
    var __importStar =
      (exports && exports.__importStar) ||
      ((mod) => {
        if (mod && mod.__esModule) return mod;
        var result = {};
        if (mod != null) {
          for (var k in mod) if (k !== 'default' && Object.hasOwn(mod, k)) __createBinding(result, mod, k);
        }
        __setModuleDefault(result, mod);
        return result;
      });
    Object.defineProperty(exports, '__esModule', { value: true });
    exports.Address4 = void 0;
    var common = __importStar(require_common());
    var constants = __importStar(require_constants());
    var address_error_1 = require_address_error();
    var isCorrect4 = common.isCorrect(constants.BITS);
    var Address42 = class _Address4 {
      constructor(address) {
        this.addressMinusSuffix = '';
        this.groups = constants.GROUPS;
        this.parsedAddress = [];
        this.parsedSubnet = '';
        this.subnet = '/32';
        this.subnetMask = 32;
        this.v4 = true;
        this.isCorrect = isCorrect4;
        this.isInSubnet = common.isInSubnet;
        this.isHostInSubnet = common.isHostInSubnet;
        this.address = address;
        const subnet2 = constants.RE_SUBNET_STRING.exec(address);
        if (subnet2) {
          this.parsedSubnet = subnet2[0].replace('/', '');
          this.subnetMask = parseInt(this.parsedSubnet, 10);
          this.subnet = `/${this.subnetMask}`;
          if (this.subnetMask < 0 || this.subnetMask > constants.BITS) {
            throw new address_error_1.AddressError('Invalid subnet mask.');
          }
          address = address.replace(constants.RE_SUBNET_STRING, '');
        }
        const longest = constants.GROUPS * 4 - 1;
        if (address.length > longest) {
          throw new address_error_1.AddressError(`IPv4 addresses are at most ${longest} characters.`);
        }
        this.addressMinusSuffix = address;
        this.parsedAddress = this.parse(address);
      }
      /**
       * Returns true if the given string is a valid IPv4 address (with optional
       * CIDR subnet), false otherwise. Host bits in the subnet portion are
       * allowed (e.g. `192.168.1.5/24` is valid); for strict network-address
       * validation compare `correctForm()` to `startAddress().correctForm()`,
       * or use `networkForm()`.
       */
      static isValid(address) {
        try {
          new _Address4(address);
          return true;
        } catch {
          return false;
        }
      }
      /**
       * Parses an IPv4 address string into its four octet groups and stores the
       * result on `this.parsedAddress`. Called automatically by the constructor;
       * you typically don't need to call it directly. Throws `AddressError` if
       * the input is not a valid IPv4 address.
       */
      parse(address) {
        const groups = address.split('.');
        if (groups.some((group) => /^0\d/.test(group))) {
          throw new address_error_1.AddressError("IPv4 addresses can't have leading zeroes.");
        }
        if (!address.match(constants.RE_ADDRESS)) {
          throw new address_error_1.AddressError('Invalid IPv4 address.');
        }
        return groups;
      }
      /**
       * Returns the address in correct form: octets joined with `.` and any
       * leading zeros stripped (e.g. `192.168.1.1`). For IPv4 this matches the
       * canonical dotted-decimal representation.
       */
      correctForm() {
        return this.parsedAddress.map((part) => parseInt(part, 10)).join('.');
      }
      /**
       * Construct an `Address4` from an address and a dotted-decimal subnet
       * mask given as separate strings (e.g. as returned by Node's
       * `os.networkInterfaces()`). Throws `AddressError` if the mask is
       * non-contiguous (e.g. `255.0.255.0`).
       * @example
       * var address = Address4.fromAddressAndMask('192.168.1.1', '255.255.255.0');
       * address.subnetMask; // 24
       */
      static fromAddressAndMask(address, mask) {
        const bits2 = common.prefixLengthFromMask(new _Address4(mask).bigInt(), constants.BITS);
        return new _Address4(`${address}/${bits2}`);
      }
      /**
       * Construct an `Address4` from an address and a Cisco-style wildcard mask
       * given as separate strings (e.g. `0.0.0.255` for a `/24`). The wildcard
       * mask is the bitwise inverse of the subnet mask. Throws `AddressError`
       * if the mask is non-contiguous (e.g. `0.255.0.255`).
       * @example
       * var address = Address4.fromAddressAndWildcardMask('10.0.0.1', '0.0.0.255');
       * address.subnetMask; // 24
       */
      static fromAddressAndWildcardMask(address, wildcardMask) {
        const wildcard = new _Address4(wildcardMask).bigInt();
        const allOnes = (BigInt(1) << BigInt(constants.BITS)) - BigInt(1);
        const mask = wildcard ^ allOnes;
        const bits2 = common.prefixLengthFromMask(mask, constants.BITS);
        return new _Address4(`${address}/${bits2}`);
      }
      /**
       * Construct an `Address4` from a wildcard pattern with trailing `*`
       * octets. The number of trailing wildcards determines the prefix
       * length: each `*` represents 8 bits.
       *
       * Only trailing whole-octet wildcards are supported. Partial-octet
       * wildcards (e.g. `192.168.0.1*`) and interior wildcards (e.g.
       * `192.*.0.1`) throw `AddressError`.
       * @example
       * Address4.fromWildcard('192.168.0.*').subnet;   // '/24'
       * Address4.fromWildcard('192.168.*.*').subnet;   // '/16'
       * Address4.fromWildcard('*.*.*.*').subnet;       // '/0'
       */
      static fromWildcard(input) {
        const groups = input.split('.');
        if (groups.length !== constants.GROUPS) {
          throw new address_error_1.AddressError('Wildcard pattern must have 4 octets');
        }
        let firstWildcard = -1;
        for (let i = 0; i < groups.length; i++) {
          if (groups[i] === '*') {
            if (firstWildcard === -1) {
              firstWildcard = i;
            }
          } else if (firstWildcard !== -1) {
            throw new address_error_1.AddressError(
              'Wildcard `*` must only appear in trailing octets (e.g. `192.168.0.*`)',
            );
          }
        }
        const trailing = firstWildcard === -1 ? 0 : groups.length - firstWildcard;
        const replaced = groups.map((g) => (g === '*' ? '0' : g));
        const subnetBits = constants.BITS - trailing * 8;
        return new _Address4(`${replaced.join('.')}/${subnetBits}`);
      }
      /**
       * Converts a hex string to an IPv4 address object. Accepts 8 hex digits
       * with optional `:` separators (e.g. `'7f000001'` or `'7f:00:00:01'`).
       * Throws `AddressError` for any other length or for non-hex characters.
       * @param {string} hex - a hex string to convert
       * @returns {Address4}
       */
      static fromHex(hex2) {
        const stripped = hex2.replace(/:/g, '');
        if (!/^[0-9a-fA-F]{8}$/.test(stripped)) {
          throw new address_error_1.AddressError('IPv4 hex must be exactly 8 hex digits');
        }
        const groups = [];
        for (let i = 0; i < 8; i += 2) {
          groups.push(parseInt(stripped.slice(i, i + 2), 16));
        }
        return new _Address4(groups.join('.'));
      }
      /**
       * Converts an integer into a IPv4 address object. The integer must be a
       * non-negative safe integer in the range `[0, 2**32 - 1]`; otherwise
       * `AddressError` is thrown.
       * @param {integer} integer - a number to convert
       * @returns {Address4}
       */
      static fromInteger(integer) {
        if (!Number.isInteger(integer) || integer < 0 || integer > 4294967295) {
          throw new address_error_1.AddressError('IPv4 integer must be in the range 0 to 2**32 - 1');
        }
        return _Address4.fromHex(integer.toString(16).padStart(8, '0'));
      }
      /**
       * Return an address from in-addr.arpa form: the four octets reversed, with
       * or without the `.in-addr.arpa` suffix and root dot, in any case. Throws
       * `AddressError` unless the reversed labels form a valid IPv4 address, so
       * `fromArpa(x.reverseForm())` round-trips {@link reverseForm}.
       * @param {string} arpaFormAddress - an 'in-addr.arpa' form ipv4 address
       * @returns {Adress4}
       * @example
       * var address = Address4.fromArpa('42.2.0.192.in-addr.arpa.')
       * address.correctForm(); // '192.0.2.42'
       */
      static fromArpa(arpaFormAddress) {
        const longest = constants.GROUPS * 4 - 1 + '/32'.length + '.in-addr.arpa.'.length;
        if (arpaFormAddress.length > longest) {
          throw new address_error_1.AddressError(`in-addr.arpa names are at most ${longest} characters.`);
        }
        const leader = arpaFormAddress.replace(/(\.in-addr\.arpa)?\.?$/i, '');
        const address = leader.split('.').reverse().join('.');
        return new _Address4(address);
      }
      /**
       * Converts an IPv4 address object to a hex string
       * @returns {String}
       */
      toHex() {
        return this.parsedAddress.map((part) => common.stringToPaddedHex(part)).join(':');
      }
      /**
       * Converts an IPv4 address object to an array of bytes.
       *
       * To get a Node.js `Buffer`, wrap the result: `Buffer.from(address.toArray())`.
       * @returns {Array}
       */
      toArray() {
        return this.parsedAddress.map((part) => parseInt(part, 10));
      }
      /**
       * Converts an IPv4 address object to an IPv6 address group
       * @returns {String}
       */
      toGroup6() {
        const output = [];
        let i;
        for (i = 0; i < constants.GROUPS; i += 2) {
          output.push(
            `${common.stringToPaddedHex(this.parsedAddress[i])}${common.stringToPaddedHex(this.parsedAddress[i + 1])}`,
          );
        }
        return output.join(':');
      }
      /**
       * Returns the address as a `bigint`
       * @returns {bigint}
       */
      bigInt() {
        return BigInt(`0x${this.parsedAddress.map((n) => common.stringToPaddedHex(n)).join('')}`);
      }
      /**
       * Helper function getting start address.
       * @returns {bigint}
       */
      _startAddress() {
        return BigInt(`0b${this.mask() + '0'.repeat(constants.BITS - this.subnetMask)}`);
      }
      /**
       * The first address in the range given by this address' subnet.
       * Often referred to as the Network Address.
       * @returns {Address4}
       */
      startAddress() {
        return _Address4.fromBigInt(this._startAddress());
      }
      /**
       * The first host address in the range given by this address's subnet ie
       * the first address after the Network Address
       * @returns {Address4}
       */
      startAddressExclusive() {
        const adjust = BigInt('1');
        return _Address4.fromBigInt(this._startAddress() + adjust);
      }
      /**
       * Returns the address `n` addresses after this one (or before, when `n` is
       * negative), keeping this address's subnet mask. Throws `AddressError` when
       * the result would fall outside the IPv4 address space or `n` is not an
       * integer.
       * @param {number | bigint} n
       * @returns {Address4}
       * @example
       * new Address4('10.0.0.0/24').offset(1).correctForm(); // '10.0.0.1'
       */
      offset(n) {
        return _Address4
          .fromBigInt(common.offsetBigInt(this.bigInt(), n, constants.BITS, 'IPv4'))
          .withSubnetMask(this.subnetMask);
      }
      /**
       * Returns the network that follows this address's network: the address after
       * {@link endAddress}, with the same subnet mask. Throws `AddressError` when
       * this network is the last one in the address space.
       * @returns {Address4}
       * @example
       * new Address4('10.0.0.0/24').nextNetwork().networkForm(); // '10.0.1.0/24'
       */
      nextNetwork() {
        return _Address4
          .fromBigInt(common.offsetBigInt(this._endAddress(), 1, constants.BITS, 'IPv4'))
          .withSubnetMask(this.subnetMask);
      }
      withSubnetMask(subnetMask) {
        return new _Address4(`${this.correctForm()}/${subnetMask}`);
      }
      /**
       * Helper function getting end address.
       * @returns {bigint}
       */
      _endAddress() {
        return BigInt(`0b${this.mask() + '1'.repeat(constants.BITS - this.subnetMask)}`);
      }
      /**
       * The last address in the range given by this address' subnet
       * Often referred to as the Broadcast
       * @returns {Address4}
       */
      endAddress() {
        return _Address4.fromBigInt(this._endAddress());
      }
      /**
       * The last host address in the range given by this address's subnet ie
       * the last address prior to the Broadcast Address
       * @returns {Address4}
       */
      endAddressExclusive() {
        const adjust = BigInt('1');
        return _Address4.fromBigInt(this._endAddress() - adjust);
      }
      /**
       * The dotted-decimal form of the subnet mask, e.g. `255.255.240.0` for
       * a `/20`. Returns an `Address4`; call `.correctForm()` for the string.
       * @returns {Address4}
       */
      subnetMaskAddress() {
        return _Address4.fromBigInt(
          BigInt(`0b${'1'.repeat(this.subnetMask)}${'0'.repeat(constants.BITS - this.subnetMask)}`),
        );
      }
      /**
       * The Cisco-style wildcard mask, e.g. `0.0.0.255` for a `/24`. This is
       * the bitwise inverse of `subnetMaskAddress()`. Returns an `Address4`;
       * call `.correctForm()` for the string.
       * @returns {Address4}
       */
      wildcardMask() {
        return _Address4.fromBigInt(
          BigInt(`0b${'0'.repeat(this.subnetMask)}${'1'.repeat(constants.BITS - this.subnetMask)}`),
        );
      }
      /**
       * The network address in CIDR string form, e.g. `192.168.1.0/24` for
       * `192.168.1.5/24`. For an address with no explicit subnet the prefix is
       * `/32`, e.g. `networkForm()` on `192.168.1.5` returns `192.168.1.5/32`.
       * @returns {string}
       */
      networkForm() {
        return `${this.startAddress().correctForm()}/${this.subnetMask}`;
      }
      /**
       * Converts a BigInt to a v4 address object. The value must be in the
       * range `[0, 2**32 - 1]`; otherwise `AddressError` is thrown.
       * @param {bigint} bigInt - a BigInt to convert
       * @returns {Address4}
       */
      static fromBigInt(bigInt) {
        if (bigInt < BigInt(0) || bigInt > BigInt(4294967295)) {
          throw new address_error_1.AddressError('IPv4 BigInt must be in the range 0 to 2**32 - 1');
        }
        return _Address4.fromHex(bigInt.toString(16).padStart(8, '0'));
      }
      /**
       * Convert a byte array to an Address4 object. Throws `AddressError` unless
       * given exactly 4 integers from 0 to 255. Signed bytes are rejected, so
       * this differs from `Address6.fromByteArray`, which folds them; the two
       * contracts converge on this stricter form in the next major version.
       *
       * To convert from a Node.js `Buffer`, spread it: `Address4.fromByteArray([...buf])`.
       * @param {Array<number>} bytes - an array of 4 bytes (0-255)
       * @returns {Address4}
       */
      static fromByteArray(bytes) {
        common.assertByteArray(bytes, 4, 'IPv4', 0);
        return this.fromUnsignedByteArray(bytes);
      }
      /**
       * Convert an unsigned byte array to an Address4 object. Throws
       * `AddressError` unless given exactly 4 bytes, and rejects values outside
       * 0 to 255 when parsing the resulting address.
       *
       * To convert from a Node.js `Buffer`, spread it:
       * `Address4.fromUnsignedByteArray([...buf])`.
       * @param {Array<number>} bytes - an array of 4 unsigned bytes (0-255)
       * @returns {Address4}
       */
      static fromUnsignedByteArray(bytes) {
        if (bytes.length !== 4) {
          throw new address_error_1.AddressError('IPv4 addresses require exactly 4 bytes');
        }
        const address = bytes.join('.');
        return new _Address4(address);
      }
      /**
       * Returns the first n bits of the address, defaulting to the
       * subnet mask
       * @returns {String}
       */
      mask(mask) {
        if (mask === void 0) {
          mask = this.subnetMask;
        }
        return this.getBitsBase2(0, mask);
      }
      /**
       * Returns the bits in the given range as a base-2 string
       * @returns {string}
       */
      getBitsBase2(start, end) {
        return this.binaryZeroPad().slice(start, end);
      }
      /**
       * Return the reversed in-addr.arpa form of the address, e.g.
       * `42.2.0.192.in-addr.arpa.` for `192.0.2.42`.
       * @param {Object} options
       * @param {boolean} options.omitSuffix - omit the "in-addr.arpa" suffix
       * @returns {String}
       */
      reverseForm(options2) {
        if (!options2) {
          options2 = {};
        }
        const reversed2 = this.correctForm().split('.').reverse().join('.');
        if (options2.omitSuffix) {
          return reversed2;
        }
        return `${reversed2}.in-addr.arpa.`;
      }
      /**
       * Returns true if the given address is a multicast address
       * @returns {boolean}
       */
      isMulticast() {
        return this.isHostInSubnet(MULTICAST_V4);
      }
      /**
       * Returns true if the address is in one of the [RFC 1918](https://datatracker.ietf.org/doc/html/rfc1918) private address ranges (`10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16`).
       * @returns {boolean}
       */
      isPrivate() {
        return PRIVATE_V4.some((subnet2) => this.isHostInSubnet(subnet2));
      }
      /**
       * Returns true if the address is in the loopback range `127.0.0.0/8` ([RFC 1122](https://datatracker.ietf.org/doc/html/rfc1122)).
       * @returns {boolean}
       */
      isLoopback() {
        return this.isHostInSubnet(LOOPBACK_V4);
      }
      /**
       * Returns true if the address is in the link-local range `169.254.0.0/16` ([RFC 3927](https://datatracker.ietf.org/doc/html/rfc3927)).
       * @returns {boolean}
       */
      isLinkLocal() {
        return this.isHostInSubnet(LINK_LOCAL_V4);
      }
      /**
       * Returns true if the address is the unspecified address `0.0.0.0`.
       * @returns {boolean}
       */
      isUnspecified() {
        return this.isHostInSubnet(UNSPECIFIED_V4);
      }
      /**
       * Returns true if the address is the limited broadcast address `255.255.255.255` ([RFC 919](https://datatracker.ietf.org/doc/html/rfc919)).
       * @returns {boolean}
       */
      isBroadcast() {
        return this.isHostInSubnet(BROADCAST_V4);
      }
      /**
       * Returns true if the address is in the carrier-grade NAT range `100.64.0.0/10` ([RFC 6598](https://datatracker.ietf.org/doc/html/rfc6598)).
       * @returns {boolean}
       */
      isCGNAT() {
        return this.isHostInSubnet(CGNAT_V4);
      }
      /**
       * Returns true if the address is in one of the documentation ranges
       * `192.0.2.0/24`, `198.51.100.0/24`, or `203.0.113.0/24` ([RFC 5737](https://datatracker.ietf.org/doc/html/rfc5737)).
       * @returns {boolean}
       */
      isDocumentation() {
        return DOCUMENTATION_V4.some((subnet2) => this.isHostInSubnet(subnet2));
      }
      /**
       * Returns true if the address is in the benchmarking range `198.18.0.0/15` ([RFC 2544](https://datatracker.ietf.org/doc/html/rfc2544)).
       * @returns {boolean}
       */
      isBenchmarking() {
        return this.isHostInSubnet(BENCHMARKING_V4);
      }
      /**
       * Returns true if the address is in the reserved range `240.0.0.0/4` ([RFC 1112](https://datatracker.ietf.org/doc/html/rfc1112)),
       * which includes the limited broadcast address.
       * @returns {boolean}
       */
      isReserved() {
        return this.isHostInSubnet(RESERVED_V4);
      }
      /**
       * Returns true if the address is globally reachable: not multicast, and not
       * in any block the [IANA IPv4 Special-Purpose Address Registry](https://www.iana.org/assignments/iana-ipv4-special-registry/)
       * marks as not globally reachable. That covers everything the individual
       * classifiers name (private, loopback, link-local, CGNAT, unspecified,
       * broadcast, documentation, benchmarking, reserved) and the blocks they do
       * not, such as `0.0.0.0/8` and the IETF protocol assignments in
       * `192.0.0.0/24`. This is the single predicate to use where a request must
       * not reach an internal or special-purpose destination; see SECURITY.md.
       * @returns {boolean}
       */
      isGlobal() {
        return !this.isMulticast() && common.isGloballyReachable.call(this, SPECIAL_PURPOSE_V4);
      }
      /**
       * Returns a zero-padded base-2 string representation of the address
       * @returns {string}
       */
      binaryZeroPad() {
        if (this._binaryZeroPad === void 0) {
          this._binaryZeroPad = this.bigInt().toString(2).padStart(constants.BITS, '0');
        }
        return this._binaryZeroPad;
      }
      /**
       * Groups an IPv4 address for inclusion at the end of an IPv6 address.
       *
       * Returns an HTML fragment: each half of the address is wrapped in a
       * `<span>` carrying the group classes an address-inspector UI hovers on.
       * The address content is HTML-escaped; anything you concatenate around it
       * is your responsibility.
       * @returns {String}
       */
      groupForV6() {
        const segments = this.parsedAddress;
        return this.correctForm().replace(
          constants.RE_ADDRESS,
          `<span class="hover-group group-v4 group-6">${segments.slice(0, 2).join('.')}</span>.<span class="hover-group group-v4 group-7">${segments.slice(2, 4).join('.')}</span>`,
        );
      }
    };
    exports.Address4 = Address42;
    var MULTICAST_V4 = new Address42('224.0.0.0/4');
    var PRIVATE_V4 = [new Address42('10.0.0.0/8'), new Address42('172.16.0.0/12'), new Address42('192.168.0.0/16')];
    var LOOPBACK_V4 = new Address42('127.0.0.0/8');
    var LINK_LOCAL_V4 = new Address42('169.254.0.0/16');
    var UNSPECIFIED_V4 = new Address42('0.0.0.0/32');
    var BROADCAST_V4 = new Address42('255.255.255.255/32');
    var CGNAT_V4 = new Address42('100.64.0.0/10');
    var DOCUMENTATION_V4 = [
      new Address42('192.0.2.0/24'),
      new Address42('198.51.100.0/24'),
      new Address42('203.0.113.0/24'),
    ];
    var BENCHMARKING_V4 = new Address42('198.18.0.0/15');
    var RESERVED_V4 = new Address42('240.0.0.0/4');
    var SPECIAL_PURPOSE_V4 = constants.SPECIAL_PURPOSE.map(([cidr, , reachable]) => ({
      subnet: new Address42(cidr),
      reachable,
    }));
  },
});

// node_modules/ip-address/dist/v6/constants.js
var require_constants2 = __commonJS({
  'node_modules/ip-address/dist/v6/constants.js'(exports) {
    Object.defineProperty(exports, '__esModule', { value: true });
    exports.SPECIAL_PURPOSE =
      exports.RE_URL_WITH_PORT =
      exports.RE_URL =
      exports.RE_ZONE_STRING =
      exports.RE_SUBNET_STRING =
      exports.RE_BAD_ADDRESS =
      exports.RE_BAD_CHARACTERS =
      exports.TYPES =
      exports.SCOPES =
      exports.GROUPS =
      exports.BITS =
        void 0;
    exports.BITS = 128;
    exports.GROUPS = 8;
    exports.SCOPES = {
      0: 'Reserved',
      1: 'Interface local',
      2: 'Link local',
      4: 'Admin local',
      5: 'Site local',
      8: 'Organization local',
      14: 'Global',
      15: 'Reserved',
    };
    exports.TYPES = {
      'ff01::1/128': 'Multicast (All nodes on this interface)',
      'ff01::2/128': 'Multicast (All routers on this interface)',
      'ff02::1/128': 'Multicast (All nodes on this link)',
      'ff02::2/128': 'Multicast (All routers on this link)',
      'ff05::2/128': 'Multicast (All routers in this site)',
      'ff02::5/128': 'Multicast (OSPFv3 AllSPF routers)',
      'ff02::6/128': 'Multicast (OSPFv3 AllDR routers)',
      'ff02::9/128': 'Multicast (RIP routers)',
      'ff02::a/128': 'Multicast (EIGRP routers)',
      'ff02::d/128': 'Multicast (PIM routers)',
      'ff02::16/128': 'Multicast (MLDv2 reports)',
      'ff01::fb/128': 'Multicast (mDNSv6)',
      'ff02::fb/128': 'Multicast (mDNSv6)',
      'ff05::fb/128': 'Multicast (mDNSv6)',
      'ff02::1:2/128': 'Multicast (All DHCP servers and relay agents on this link)',
      'ff05::1:2/128': 'Multicast (All DHCP servers and relay agents in this site)',
      'ff02::1:3/128': 'Multicast (All DHCP servers on this link)',
      'ff05::1:3/128': 'Multicast (All DHCP servers in this site)',
      '::/128': 'Unspecified',
      '::1/128': 'Loopback',
      '::ffff:0:0/96': 'IPv4-mapped',
      'ff00::/8': 'Multicast',
      'fe80::/10': 'Link-local unicast',
      'fc00::/7': 'Unique local',
      '2001::/32': 'Teredo',
      '2001:2::/48': 'Benchmarking',
      '2002::/16': '6to4',
      '2001:db8::/32': 'Documentation',
      '3fff::/20': 'Documentation',
      '100::/64': 'Discard-only',
      'fec0::/10': 'Site-local unicast (deprecated)',
      '::/96': 'IPv4-compatible (deprecated)',
      '64:ff9b::/96': 'NAT64 (well-known)',
      '64:ff9b:1::/48': 'NAT64 (local-use)',
    };
    exports.RE_BAD_CHARACTERS = /([^0-9a-f:/%])/gi;
    exports.RE_BAD_ADDRESS = /([0-9a-f]{5,}|:{3,}|[^:]:$|^:[^:]|\/$)/gi;
    exports.RE_SUBNET_STRING = /\/\d{1,3}(?=%|$)/;
    exports.RE_ZONE_STRING = /%.*$/;
    exports.RE_URL = /^(?:\[([0-9a-f:.]+)\]|([0-9a-f:.]+))(?:[/?#].*)?$/i;
    exports.RE_URL_WITH_PORT = /^\[([0-9a-f:.]+)\]:([0-9]{1,5})(?:[/?#].*)?$/i;
    exports.SPECIAL_PURPOSE = [
      ['::1/128', 'Loopback Address', false],
      ['::/128', 'Unspecified Address', false],
      ['::ffff:0:0/96', 'IPv4-mapped Address', false],
      ['64:ff9b::/96', 'IPv4-IPv6 Translat.', true],
      ['64:ff9b:1::/48', 'IPv4-IPv6 Translat.', false],
      ['100::/64', 'Discard-Only Address Block', false],
      ['100:0:0:1::/64', 'Dummy IPv6 Prefix', false],
      ['2001::/23', 'IETF Protocol Assignments', false],
      ['2001::/32', 'TEREDO', false],
      ['2001:1::1/128', 'Port Control Protocol Anycast', true],
      ['2001:1::2/128', 'Traversal Using Relays around NAT Anycast', true],
      ['2001:1::3/128', 'DNS-SD Service Registration Protocol Anycast', true],
      ['2001:2::/48', 'Benchmarking', false],
      ['2001:3::/32', 'AMT', true],
      ['2001:4:112::/48', 'AS112-v6', true],
      ['2001:10::/28', 'Deprecated (previously ORCHID)', null],
      ['2001:20::/28', 'ORCHIDv2', true],
      ['2001:30::/28', 'Drone Remote ID Protocol Entity Tags (DETs) Prefix', true],
      ['2001:db8::/32', 'Documentation', false],
      ['2002::/16', '6to4', false],
      ['2620:4f:8000::/48', 'Direct Delegation AS112 Service', true],
      ['3fff::/20', 'Documentation', false],
      ['5f00::/16', 'Segment Routing (SRv6) SIDs', false],
      ['fc00::/7', 'Unique-Local', false],
      ['fe80::/10', 'Link-Local Unicast', false],
    ];
  },
});

// node_modules/ip-address/dist/v6/helpers.js
var require_helpers = __commonJS({
  'node_modules/ip-address/dist/v6/helpers.js'(exports) {
    Object.defineProperty(exports, '__esModule', { value: true });
    exports.escapeHtml = escapeHtml;
    exports.spanAllZeroes = spanAllZeroes;
    exports.spanAll = spanAll;
    exports.spanLeadingZeroes = spanLeadingZeroes;
    exports.simpleGroup = simpleGroup;
    function escapeHtml(s) {
      return s
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;')
        .replace(/>/g, '&gt;')
        .replace(/"/g, '&quot;')
        .replace(/'/g, '&#39;');
    }
    function spanAllZeroes(s) {
      return escapeHtml(s).replace(/(0+)/g, '<span class="zero">$1</span>');
    }
    function spanAll(s, offset = 0) {
      const letters = s.split('');
      return letters
        .map((n, i) => `<span class="digit value-${escapeHtml(n)} position-${i + offset}">${spanAllZeroes(n)}</span>`)
        .join('');
    }
    function spanLeadingZeroesSimple(group) {
      return escapeHtml(group).replace(/^(0+)/, '<span class="zero">$1</span>');
    }
    function spanLeadingZeroes(address) {
      const groups = address.split(':');
      return groups.map((g) => spanLeadingZeroesSimple(g)).join(':');
    }
    function simpleGroup(addressString, offset = 0) {
      const groups = addressString.split(':');
      return groups.map((g, i) => {
        if (/group-v4/.test(g)) {
          return g;
        }
        return `<span class="hover-group group-${i + offset}">${spanLeadingZeroesSimple(g)}</span>`;
      });
    }
  },
});

// node_modules/ip-address/dist/v6/regular-expressions.js
var require_regular_expressions = __commonJS({
  'node_modules/ip-address/dist/v6/regular-expressions.js'(exports) {
    var __createBinding =
      (exports && exports.__createBinding) ||
      (Object.create
        ? (o, m, k, k2) => {
            if (k2 === void 0) k2 = k;
            var desc = Object.getOwnPropertyDescriptor(m, k);
            if (!desc || ('get' in desc ? !m.__esModule : desc.writable || desc.configurable)) {
              desc = { enumerable: true, get: () => m[k] };
            }
            Object.defineProperty(o, k2, desc);
          }
        : (o, m, k, k2) => {
            if (k2 === void 0) k2 = k;
            o[k2] = m[k];
          });
    var __setModuleDefault =
      (exports && exports.__setModuleDefault) ||
      (Object.create
        ? (o, v) => {
            Object.defineProperty(o, 'default', { enumerable: true, value: v });
          }
        : (o, v) => {
            o['default'] = v;
          });
    var __importStar =
      (exports && exports.__importStar) ||
      ((mod) => {
        if (mod && mod.__esModule) return mod;
        var result = {};
        if (mod != null) {
          for (var k in mod) if (k !== 'default' && Object.hasOwn(mod, k)) __createBinding(result, mod, k);
        }
        __setModuleDefault(result, mod);
        return result;
      });
    Object.defineProperty(exports, '__esModule', { value: true });
    exports.ADDRESS_BOUNDARY = void 0;
    exports.groupPossibilities = groupPossibilities;
    exports.padGroup = padGroup;
    exports.simpleRegularExpression = simpleRegularExpression;
    exports.possibleElisions = possibleElisions;
    var v6 = __importStar(require_constants2());
    function groupPossibilities(possibilities) {
      return `(${possibilities.join('|')})`;
    }
    function padGroup(group) {
      if (group.length < 4) {
        return `0{0,${4 - group.length}}${group}`;
      }
      return group;
    }
    exports.ADDRESS_BOUNDARY = '[^A-Fa-f0-9:]';
    function simpleRegularExpression(groups) {
      const zeroIndexes = [];
      groups.forEach((group, i) => {
        const groupInteger = parseInt(group, 16);
        if (groupInteger === 0) {
          zeroIndexes.push(i);
        }
      });
      const possibilities = zeroIndexes.map((zeroIndex) =>
        groups
          .map((group, i) => {
            if (i === zeroIndex) {
              const elision = i === 0 || i === v6.GROUPS - 1 ? ':' : '';
              return groupPossibilities([padGroup(group), elision]);
            }
            return padGroup(group);
          })
          .join(':'),
      );
      possibilities.push(groups.map(padGroup).join(':'));
      return groupPossibilities(possibilities);
    }
    function possibleElisions(elidedGroups, moreLeft, moreRight) {
      const left = moreLeft ? '' : ':';
      const right = moreRight ? '' : ':';
      const possibilities = [];
      if (!moreLeft && !moreRight) {
        possibilities.push('::');
      }
      if (moreLeft && moreRight) {
        possibilities.push('');
      }
      if ((moreRight && !moreLeft) || (!moreRight && moreLeft)) {
        possibilities.push(':');
      }
      possibilities.push(`${left}(:0{1,4}){1,${elidedGroups - 1}}`);
      possibilities.push(`(0{1,4}:){1,${elidedGroups - 1}}${right}`);
      possibilities.push(`(0{1,4}:){${elidedGroups - 1}}0{1,4}`);
      for (let groups = 1; groups < elidedGroups - 1; groups++) {
        for (let position = 1; position < elidedGroups - groups; position++) {
          possibilities.push(`(0{1,4}:){${position}}:(0{1,4}:){${elidedGroups - position - groups - 1}}0{1,4}`);
        }
      }
      return groupPossibilities(possibilities);
    }
  },
});

// node_modules/ip-address/dist/ipv6.js
var require_ipv6 = __commonJS({
  'node_modules/ip-address/dist/ipv6.js'(exports) {
    var __createBinding =
      (exports && exports.__createBinding) ||
      (Object.create
        ? (o, m, k, k2) => {
            if (k2 === void 0) k2 = k;
            var desc = Object.getOwnPropertyDescriptor(m, k);
            if (!desc || ('get' in desc ? !m.__esModule : desc.writable || desc.configurable)) {
              desc = { enumerable: true, get: () => m[k] };
            }
            Object.defineProperty(o, k2, desc);
          }
        : (o, m, k, k2) => {
            if (k2 === void 0) k2 = k;
            o[k2] = m[k];
          });
    var __setModuleDefault =
      (exports && exports.__setModuleDefault) ||
      (Object.create
        ? (o, v) => {
            Object.defineProperty(o, 'default', { enumerable: true, value: v });
          }
        : (o, v) => {
            o['default'] = v;
          });
    var __importStar =
      (exports && exports.__importStar) ||
      ((mod) => {
        if (mod && mod.__esModule) return mod;
        var result = {};
        if (mod != null) {
          for (var k in mod) if (k !== 'default' && Object.hasOwn(mod, k)) __createBinding(result, mod, k);
        }
        __setModuleDefault(result, mod);
        return result;
      });
    Object.defineProperty(exports, '__esModule', { value: true });
    exports.Address6 = void 0;
    var common = __importStar(require_common());
    var constants4 = __importStar(require_constants());
    var constants6 = __importStar(require_constants2());
    var helpers = __importStar(require_helpers());
    var ipv4_1 = require_ipv4();
    var regular_expressions_1 = require_regular_expressions();
    var address_error_1 = require_address_error();
    var common_1 = require_common();
    var isCorrect6 = common.isCorrect(constants6.BITS);
    function assert(condition) {
      if (!condition) {
        throw new Error('Assertion failed.');
      }
    }
    function addCommas(number2) {
      const r2 = /(\d+)(\d{3})/;
      while (r2.test(number2)) {
        number2 = number2.replace(r2, '$1,$2');
      }
      return number2;
    }
    function spanLeadingZeroes4(n) {
      n = n.replace(/^(0{1,})([1-9]+)$/, '<span class="parse-error">$1</span>$2');
      n = n.replace(/^(0{1,})(0)$/, '<span class="parse-error">$1</span>$2');
      return n;
    }
    function compact(address, slice) {
      const s1 = [];
      const s2 = [];
      let i;
      for (i = 0; i < address.length; i++) {
        if (i < slice[0]) {
          s1.push(address[i]);
        } else if (i > slice[1]) {
          s2.push(address[i]);
        }
      }
      return s1.concat(['compact']).concat(s2);
    }
    function paddedHex(octet) {
      return parseInt(octet, 16).toString(16).padStart(4, '0');
    }
    function unsignByte(b2) {
      return b2 & 255;
    }
    var Address62 = class _Address6 {
      constructor(address, optionalGroups) {
        this.addressMinusSuffix = '';
        this.parsedSubnet = '';
        this.subnet = '/128';
        this.subnetMask = 128;
        this.v4 = false;
        this.zone = '';
        this.isInSubnet = common.isInSubnet;
        this.isHostInSubnet = common.isHostInSubnet;
        this.isCorrect = isCorrect6;
        if (optionalGroups === void 0) {
          this.groups = constants6.GROUPS;
        } else {
          this.groups = optionalGroups;
        }
        this.address = address;
        const subnet2 = constants6.RE_SUBNET_STRING.exec(address);
        if (subnet2) {
          this.parsedSubnet = subnet2[0].replace('/', '');
          this.subnetMask = parseInt(this.parsedSubnet, 10);
          this.subnet = `/${this.subnetMask}`;
          if (Number.isNaN(this.subnetMask) || this.subnetMask < 0 || this.subnetMask > constants6.BITS) {
            throw new address_error_1.AddressError('Invalid subnet mask.');
          }
          address = address.replace(constants6.RE_SUBNET_STRING, '');
        }
        if (/\//.test(address)) {
          throw new address_error_1.AddressError('Invalid subnet mask.');
        }
        const zoneStart = address.indexOf('%');
        if (zoneStart !== -1 && /^.*$/.test(address.slice(zoneStart))) {
          this.zone = address.slice(zoneStart);
          address = address.slice(0, zoneStart);
        }
        const longest = this.groups * 5 + 5;
        if (address.length > longest) {
          throw new address_error_1.AddressError(`IPv6 addresses are at most ${longest} characters.`);
        }
        this.addressMinusSuffix = address;
        this.parsedAddress = this.parse(this.addressMinusSuffix);
      }
      /**
       * Returns true if the given string is a valid IPv6 address (with optional
       * CIDR subnet and zone identifier), false otherwise. Host bits in the
       * subnet portion are allowed (e.g. `2001:db8::1/32` is valid); for strict
       * network-address validation compare `correctForm()` to
       * `startAddress().correctForm()`, or use `networkForm()`.
       */
      static isValid(address) {
        try {
          new _Address6(address);
          return true;
        } catch {
          return false;
        }
      }
      /**
       * Convert a BigInt to a v6 address object. The value must be in the
       * range `[0, 2**128 - 1]`; otherwise `AddressError` is thrown.
       * @param {bigint} bigInt - a BigInt to convert
       * @returns {Address6}
       * @example
       * var bigInt = BigInt('1000000000000');
       * var address = Address6.fromBigInt(bigInt);
       * address.correctForm(); // '::e8:d4a5:1000'
       */
      static fromBigInt(bigInt) {
        if (bigInt < BigInt(0) || bigInt > (BigInt(1) << BigInt(constants6.BITS)) - BigInt(1)) {
          throw new address_error_1.AddressError('IPv6 BigInt must be in the range 0 to 2**128 - 1');
        }
        const hex2 = bigInt.toString(16).padStart(32, '0');
        const groups = [];
        for (let i = 0; i < constants6.GROUPS; i++) {
          groups.push(hex2.slice(i * 4, (i + 1) * 4));
        }
        return new _Address6(groups.join(':'));
      }
      /**
       * Parse a URL (with optional bracketed host and port) into an address and
       * port. Returns either `{ address, port }` on success or
       * `{ error, address: null, port: null }` if the URL could not be parsed.
       * Ports are returned as numbers (or `null` if absent or out of range).
       * @example
       * var addressAndPort = Address6.fromURL('http://[ffff::]:8080/foo/');
       * addressAndPort.address.correctForm(); // 'ffff::'
       * addressAndPort.port; // 8080
       */
      static fromURL(url) {
        var _a;
        let host;
        let port = null;
        let result;
        let error;
        const stripped = url.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
        if (stripped.indexOf('[') !== -1 && stripped.indexOf(']:') !== -1) {
          error = 'failed to parse address with port';
          result = constants6.RE_URL_WITH_PORT.exec(stripped);
          if (result === null) {
            return { error, address: null, port: null };
          }
          host = result[1];
          port = result[2];
        } else {
          error = 'failed to parse address from URL';
          result = constants6.RE_URL.exec(stripped);
          if (result === null) {
            return { error, address: null, port: null };
          }
          host = (_a = result[1]) !== null && _a !== void 0 ? _a : result[2];
        }
        if (port) {
          port = parseInt(port, 10);
          if (port < 0 || port > 65535) {
            port = null;
          }
        } else {
          port = null;
        }
        let address;
        try {
          address = new _Address6(host);
        } catch {
          return { error, address: null, port: null };
        }
        return { address, port };
      }
      /**
       * Construct an `Address6` from an address and a hex subnet mask given as
       * separate strings (e.g. as returned by Node's `os.networkInterfaces()`).
       * Throws `AddressError` if the mask is non-contiguous (e.g.
       * `ffff::ffff`).
       * @example
       * var address = Address6.fromAddressAndMask('fe80::1', 'ffff:ffff:ffff:ffff::');
       * address.subnetMask; // 64
       */
      static fromAddressAndMask(address, mask) {
        const bits2 = common.prefixLengthFromMask(new _Address6(mask).bigInt(), constants6.BITS);
        return new _Address6(`${address}/${bits2}`);
      }
      /**
       * Construct an `Address6` from an address and a Cisco-style wildcard mask
       * given as separate strings (e.g. `::ffff:ffff:ffff:ffff` for a `/64`).
       * The wildcard mask is the bitwise inverse of the subnet mask. Throws
       * `AddressError` if the mask is non-contiguous.
       * @example
       * var address = Address6.fromAddressAndWildcardMask('fe80::1', '::ffff:ffff:ffff:ffff');
       * address.subnetMask; // 64
       */
      static fromAddressAndWildcardMask(address, wildcardMask) {
        const wildcard = new _Address6(wildcardMask).bigInt();
        const allOnes = (BigInt(1) << BigInt(constants6.BITS)) - BigInt(1);
        const mask = wildcard ^ allOnes;
        const bits2 = common.prefixLengthFromMask(mask, constants6.BITS);
        return new _Address6(`${address}/${bits2}`);
      }
      /**
       * Construct an `Address6` from a wildcard pattern with trailing `*`
       * groups. The number of trailing wildcards determines the prefix
       * length: each `*` represents 16 bits. `::` is expanded to zero groups
       * (not wildcards) before evaluating trailing wildcards.
       *
       * Only trailing whole-group wildcards are supported. Partial-group
       * wildcards (e.g. `2001:db8::0*`) and interior wildcards (e.g.
       * `*::1`) throw `AddressError`.
       * @example
       * Address6.fromWildcard('2001:db8:*:*:*:*:*:*').subnet;  // '/32'
       * Address6.fromWildcard('2001:db8::*').subnet;           // '/112'
       * Address6.fromWildcard('*:*:*:*:*:*:*:*').subnet;       // '/0'
       */
      static fromWildcard(input) {
        if (input.includes('%') || input.includes('/')) {
          throw new address_error_1.AddressError('Wildcard pattern must not include a zone or CIDR suffix');
        }
        const halves = input.split('::');
        if (halves.length > 2) {
          throw new address_error_1.AddressError("Wildcard pattern cannot contain more than one '::'");
        }
        let groups;
        if (halves.length === 2) {
          const left = halves[0] === '' ? [] : halves[0].split(':');
          const right = halves[1] === '' ? [] : halves[1].split(':');
          const remaining = constants6.GROUPS - left.length - right.length;
          if (remaining < 1) {
            throw new address_error_1.AddressError("Wildcard pattern with '::' has too many groups");
          }
          groups = [...left, ...new Array(remaining).fill('0'), ...right];
        } else {
          groups = input.split(':');
        }
        if (groups.length !== constants6.GROUPS) {
          throw new address_error_1.AddressError('Wildcard pattern must have 8 groups');
        }
        let firstWildcard = -1;
        for (let i = 0; i < groups.length; i++) {
          if (groups[i] === '*') {
            if (firstWildcard === -1) {
              firstWildcard = i;
            }
          } else if (firstWildcard !== -1) {
            throw new address_error_1.AddressError(
              'Wildcard `*` must only appear in trailing groups (e.g. `2001:db8:*:*:*:*:*:*`)',
            );
          }
        }
        const trailing = firstWildcard === -1 ? 0 : groups.length - firstWildcard;
        const replaced = groups.map((g) => (g === '*' ? '0' : g));
        const subnetBits = constants6.BITS - trailing * 16;
        return new _Address6(`${replaced.join(':')}/${subnetBits}`);
      }
      /**
       * Create an IPv6-mapped address given an IPv4 address
       * @param {string} address - An IPv4 address string
       * @returns {Address6}
       * @example
       * var address = Address6.fromAddress4('192.168.0.1');
       * address.correctForm(); // '::ffff:c0a8:1'
       * address.to4in6(); // '::ffff:192.168.0.1'
       */
      static fromAddress4(address) {
        const address4 = new ipv4_1.Address4(address);
        const mask6 = constants6.BITS - (constants4.BITS - address4.subnetMask);
        return new _Address6(`::ffff:${address4.correctForm()}/${mask6}`);
      }
      /**
       * Return an address from ip6.arpa form. A full 32-nibble name gives a /128
       * address; a shorter name, as used for a delegated reverse zone, gives the
       * network it covers, with a subnet mask of four bits per nibble, so
       * `fromArpa(x.reverseForm())` round-trips {@link reverseForm} for any prefix.
       * @param {string} arpaFormAddress - an 'ip6.arpa' form address
       * @returns {Adress6}
       * @example
       * var address = Address6.fromArpa(e.f.f.f.3.c.2.6.f.f.f.e.6.6.8.e.1.0.6.7.9.4.e.c.0.0.0.0.1.0.0.2.ip6.arpa.)
       * address.correctForm(); // '2001:0:ce49:7601:e866:efff:62c3:fffe'
       * Address6.fromArpa('8.b.d.0.1.0.0.2.ip6.arpa.').networkForm(); // '2001:db8::/32'
       */
      static fromArpa(arpaFormAddress) {
        const nibbles = arpaFormAddress.replace(/(\.ip6\.arpa)?\.?$/i, '');
        if (!/^[0-9a-f](\.[0-9a-f]){0,31}$/i.test(nibbles)) {
          throw new address_error_1.AddressError("Invalid 'ip6.arpa' form.");
        }
        const reversed2 = nibbles.split('.').reverse();
        const subnetMask = reversed2.length * 4;
        const hex2 = reversed2.join('').padEnd(32, '0');
        const groups = [];
        for (let i = 0; i < constants6.GROUPS; i++) {
          groups.push(hex2.slice(i * 4, (i + 1) * 4));
        }
        return new _Address6(`${groups.join(':')}/${subnetMask}`);
      }
      /**
       * Return the Microsoft UNC transcription of the address
       * @returns {String} the Microsoft UNC transcription of the address
       */
      microsoftTranscription() {
        return `${this.correctForm().replace(/:/g, '-')}.ipv6-literal.net`;
      }
      /**
       * Return the first n bits of the address, defaulting to the subnet mask
       * @param {number} [mask=subnet] - the number of bits to mask
       * @returns {String} the first n bits of the address as a string
       */
      mask(mask = this.subnetMask) {
        return this.getBitsBase2(0, mask);
      }
      /**
       * Return the number of possible subnets of a given size in the address
       * @param {number} [subnetSize=128] - the subnet size
       * @returns {String}
       */
      // TODO: probably useful to have a numeric version of this too
      possibleSubnets(subnetSize = 128) {
        const availableBits = constants6.BITS - this.subnetMask;
        const subnetBits = Math.abs(subnetSize - constants6.BITS);
        const subnetPowers = availableBits - subnetBits;
        if (subnetPowers < 0) {
          return '0';
        }
        return addCommas((BigInt('2') ** BigInt(subnetPowers)).toString(10));
      }
      /**
       * Helper function getting start address.
       * @returns {bigint}
       */
      _startAddress() {
        return BigInt(`0b${this.mask() + '0'.repeat(constants6.BITS - this.subnetMask)}`);
      }
      /**
       * The first address in the range given by this address' subnet
       * Often referred to as the Network Address.
       * @returns {Address6}
       */
      startAddress() {
        return _Address6.fromBigInt(this._startAddress());
      }
      /**
       * The first host address in the range given by this address's subnet ie
       * the first address after the Network Address
       * @returns {Address6}
       */
      startAddressExclusive() {
        const adjust = BigInt('1');
        return _Address6.fromBigInt(this._startAddress() + adjust);
      }
      /**
       * Helper function getting end address.
       * @returns {bigint}
       */
      _endAddress() {
        return BigInt(`0b${this.mask() + '1'.repeat(constants6.BITS - this.subnetMask)}`);
      }
      /**
       * The last address in the range given by this address's subnet. IPv6 has
       * no broadcast address, so this is an ordinary assignable address (in a
       * 64-bit-interface-identifier subnet it falls inside the reserved
       * subnet-anycast block of [RFC 2526](https://datatracker.ietf.org/doc/html/rfc2526)).
       * @returns {Address6}
       */
      endAddress() {
        return _Address6.fromBigInt(this._endAddress());
      }
      /**
       * The address one before {@link endAddress}. This is the IPv6 counterpart
       * of the IPv4 method that skips the broadcast address; IPv6 has no broadcast,
       * so it drops exactly one address and does not model the 128 reserved
       * subnet-anycast identifiers of [RFC 2526](https://datatracker.ietf.org/doc/html/rfc2526).
       * @returns {Address6}
       */
      endAddressExclusive() {
        const adjust = BigInt('1');
        return _Address6.fromBigInt(this._endAddress() - adjust);
      }
      /**
       * Returns the address `n` addresses after this one (or before, when `n` is
       * negative), keeping this address's subnet mask. Throws `AddressError` when
       * the result would fall outside the IPv6 address space or `n` is not an
       * integer.
       * @param {number | bigint} n
       * @returns {Address6}
       * @example
       * new Address6('2001:db8::/64').offset(1).correctForm(); // '2001:db8::1'
       */
      offset(n) {
        return _Address6
          .fromBigInt(common.offsetBigInt(this.bigInt(), n, constants6.BITS, 'IPv6'))
          .withSubnetMask(this.subnetMask);
      }
      /**
       * Returns the network that follows this address's network: the address after
       * {@link endAddress}, with the same subnet mask. Throws `AddressError` when
       * this network is the last one in the address space.
       * @returns {Address6}
       * @example
       * new Address6('2001:db8::/64').nextNetwork().networkForm(); // '2001:db8:0:1::/64'
       */
      nextNetwork() {
        return _Address6
          .fromBigInt(common.offsetBigInt(this._endAddress(), 1, constants6.BITS, 'IPv6'))
          .withSubnetMask(this.subnetMask);
      }
      withSubnetMask(subnetMask) {
        return new _Address6(`${this.correctForm()}/${subnetMask}`);
      }
      /**
       * The hex form of the subnet mask, e.g. `ffff:ffff:ffff:ffff::` for a
       * `/64`. Returns an `Address6`; call `.correctForm()` for the string.
       * @returns {Address6}
       */
      subnetMaskAddress() {
        return _Address6.fromBigInt(
          BigInt(`0b${'1'.repeat(this.subnetMask)}${'0'.repeat(constants6.BITS - this.subnetMask)}`),
        );
      }
      /**
       * The Cisco-style wildcard mask, e.g. `::ffff:ffff:ffff:ffff` for a
       * `/64`. This is the bitwise inverse of `subnetMaskAddress()`. Returns
       * an `Address6`; call `.correctForm()` for the string.
       * @returns {Address6}
       */
      wildcardMask() {
        return _Address6.fromBigInt(
          BigInt(`0b${'0'.repeat(this.subnetMask)}${'1'.repeat(constants6.BITS - this.subnetMask)}`),
        );
      }
      /**
       * The network address in CIDR string form, e.g. `2001:db8::/32` for
       * `2001:db8::1/32`. For an address with no explicit subnet the prefix
       * is `/128`, e.g. `networkForm()` on `2001:db8::1` returns
       * `2001:db8::1/128`.
       * @returns {string}
       */
      networkForm() {
        return `${this.startAddress().correctForm()}/${this.subnetMask}`;
      }
      /**
       * Return the scope of the address. The 4-bit scope field
       * ([RFC 4291 §2.7](https://datatracker.ietf.org/doc/html/rfc4291#section-2.7))
       * is only defined for multicast addresses; for unicast addresses the scope
       * is derived from the address type per
       * [RFC 4007 §6](https://datatracker.ietf.org/doc/html/rfc4007#section-6).
       * @returns {String}
       */
      getScope() {
        const type = this.getType();
        if (type === 'Multicast' || type.startsWith('Multicast ')) {
          const scope = constants6.SCOPES[parseInt(this.getBits(12, 16).toString(10), 10)];
          return scope || 'Unknown';
        }
        if (type === 'Link-local unicast' || type === 'Loopback') {
          return 'Link local';
        }
        if (type === 'Unspecified') {
          return 'Unknown';
        }
        return 'Global';
      }
      /**
       * Return the type of the address
       * @returns {String}
       */
      getType() {
        for (let i = 0; i < TYPE_SUBNETS.length; i++) {
          const entry2 = TYPE_SUBNETS[i];
          if (this.isHostInSubnet(entry2[0])) {
            return entry2[1];
          }
        }
        return 'Global unicast';
      }
      /**
       * Return the bits in the given range as a BigInt
       * @returns {bigint}
       */
      getBits(start, end) {
        return BigInt(`0b${this.getBitsBase2(start, end)}`);
      }
      /**
       * Return the bits in the given range as a base-2 string
       * @returns {String}
       */
      getBitsBase2(start, end) {
        return this.binaryZeroPad().slice(start, end);
      }
      /**
       * Return the bits in the given range as a base-16 string
       * @returns {String}
       */
      getBitsBase16(start, end) {
        const length = end - start;
        if (length % 4 !== 0) {
          throw new Error('Length of bits to retrieve must be divisible by four');
        }
        return this.getBits(start, end)
          .toString(16)
          .padStart(length / 4, '0');
      }
      /**
       * Return the bits that are set past the subnet mask length
       * @returns {String}
       */
      getBitsPastSubnet() {
        return this.getBitsBase2(this.subnetMask, constants6.BITS);
      }
      /**
       * Return the reversed ip6.arpa form of the address
       * @param {Object} options
       * @param {boolean} options.omitSuffix - omit the "ip6.arpa" suffix
       * @returns {String}
       */
      reverseForm(options2) {
        if (!options2) {
          options2 = {};
        }
        const characters = Math.floor(this.subnetMask / 4);
        const reversed2 = this.canonicalForm().replace(/:/g, '').split('').slice(0, characters).reverse().join('.');
        if (characters > 0) {
          if (options2.omitSuffix) {
            return reversed2;
          }
          return `${reversed2}.ip6.arpa.`;
        }
        if (options2.omitSuffix) {
          return '';
        }
        return 'ip6.arpa.';
      }
      /**
       * Returns the address in correct form, per
       * [RFC 5952](https://datatracker.ietf.org/doc/html/rfc5952): leading zeros
       * stripped, the longest run of zero groups collapsed to `::`, and hex digits
       * lowercased (e.g. `2001:db8::1`). This is the recommended form for display.
       */
      correctForm() {
        let i;
        let groups = [];
        let zeroCounter = 0;
        const zeroes = [];
        for (i = 0; i < this.parsedAddress.length; i++) {
          const value = parseInt(this.parsedAddress[i], 16);
          if (value === 0) {
            zeroCounter++;
          }
          if (value !== 0 && zeroCounter > 0) {
            if (zeroCounter > 1) {
              zeroes.push([i - zeroCounter, i - 1]);
            }
            zeroCounter = 0;
          }
        }
        if (zeroCounter > 1) {
          zeroes.push([this.parsedAddress.length - zeroCounter, this.parsedAddress.length - 1]);
        }
        const zeroLengths = zeroes.map((n) => n[1] - n[0] + 1);
        if (zeroes.length > 0) {
          const index = zeroLengths.indexOf(Math.max(...zeroLengths));
          groups = compact(this.parsedAddress, zeroes[index]);
        } else {
          groups = this.parsedAddress;
        }
        for (i = 0; i < groups.length; i++) {
          if (groups[i] !== 'compact') {
            groups[i] = parseInt(groups[i], 16).toString(16);
          }
        }
        let correct = groups.join(':');
        correct = correct.replace(/^compact$/, '::');
        correct = correct.replace(/(^compact)|(compact$)/, ':');
        correct = correct.replace(/compact/, '');
        return correct;
      }
      /**
       * Return a zero-padded base-2 string representation of the address
       * @returns {String}
       * @example
       * var address = new Address6('2001:4860:4001:803::1011');
       * address.binaryZeroPad();
       * // '0010000000000001010010000110000001000000000000010000100000000011
       * //  0000000000000000000000000000000000000000000000000001000000010001'
       */
      binaryZeroPad() {
        if (this._binaryZeroPad === void 0) {
          this._binaryZeroPad = this.bigInt().toString(2).padStart(constants6.BITS, '0');
        }
        return this._binaryZeroPad;
      }
      /**
       * Parses a v4-in-v6 string (e.g. `::ffff:192.168.0.1`) by extracting the
       * trailing IPv4 address into `this.address4` / `this.parsedAddress4` and
       * returning the address with the v4 portion converted to two v6 groups.
       * Used internally by `parse()`.
       */
      // TODO: Improve the semantics of this helper function
      parse4in6(address) {
        if (address.indexOf('.') === -1) {
          return address;
        }
        const groups = address.split(':');
        const lastGroup = groups.slice(-1)[0];
        const v4Octets = lastGroup.split('.');
        if (v4Octets.length === constants4.GROUPS && v4Octets.every((octet) => /^\d{1,3}$/.test(octet))) {
          if (v4Octets.some((octet) => /^0\d/.test(octet))) {
            const highlighted = v4Octets.map(spanLeadingZeroes4).join('.');
            const prefix = groups.slice(0, -1).map(helpers.escapeHtml).join(':');
            const separator = groups.length > 1 ? ':' : '';
            throw new address_error_1.AddressError(
              "IPv4 addresses can't have leading zeroes.",
              `${prefix}${separator}${highlighted}`,
            );
          }
        }
        const address4 = lastGroup.match(constants4.RE_ADDRESS);
        if (address4) {
          this.parsedAddress4 = address4[0];
          const v4Suffix = this.subnetMask >= 96 ? `/${this.subnetMask - 96}` : '';
          this.address4 = new ipv4_1.Address4(`${this.parsedAddress4}${v4Suffix}`);
          this.v4 = true;
          groups[groups.length - 1] = this.address4.toGroup6();
          address = groups.join(':');
        }
        return address;
      }
      /**
       * Parses an IPv6 address string into its 8 hexadecimal groups (expanding
       * any `::` elision and any trailing v4-in-v6 portion) and stores the result
       * on `this.parsedAddress`. Called automatically by the constructor; you
       * typically don't need to call it directly. Throws `AddressError` if the
       * input is malformed.
       */
      // TODO: Make private?
      parse(address) {
        address = this.parse4in6(address);
        const badCharacters = address.match(constants6.RE_BAD_CHARACTERS);
        if (badCharacters) {
          throw new address_error_1.AddressError(
            `Bad character${badCharacters.length > 1 ? 's' : ''} detected in address: ${badCharacters.join('')}`,
            address.replace(
              constants6.RE_BAD_CHARACTERS,
              (character) => `<span class="parse-error">${helpers.escapeHtml(character)}</span>`,
            ),
          );
        }
        const badAddress = address.match(constants6.RE_BAD_ADDRESS);
        if (badAddress) {
          throw new address_error_1.AddressError(
            `Address failed regex: ${badAddress.join('')}`,
            address.replace(constants6.RE_BAD_ADDRESS, '<span class="parse-error">$1</span>'),
          );
        }
        let groups = [];
        const halves = address.split('::');
        if (halves.length === 2) {
          let first = halves[0].split(':');
          let last = halves[1].split(':');
          if (first.length === 1 && first[0] === '') {
            first = [];
          }
          if (last.length === 1 && last[0] === '') {
            last = [];
          }
          const remaining = this.groups - (first.length + last.length);
          if (!remaining) {
            throw new address_error_1.AddressError('Error parsing groups');
          }
          this.elidedGroups = remaining;
          this.elisionBegin = first.length;
          this.elisionEnd = first.length + this.elidedGroups;
          groups = groups.concat(first);
          for (let i = 0; i < remaining; i++) {
            groups.push('0');
          }
          groups = groups.concat(last);
        } else if (halves.length === 1) {
          groups = address.split(':');
          this.elidedGroups = 0;
        } else {
          throw new address_error_1.AddressError('Too many :: groups found');
        }
        groups = groups.map((group) => parseInt(group, 16).toString(16));
        if (groups.length !== this.groups) {
          throw new address_error_1.AddressError('Incorrect number of groups found');
        }
        return groups;
      }
      /**
       * Returns the canonical (fully expanded) form of the address: all 8 groups,
       * each padded to 4 hex digits, with no `::` collapsing
       * (e.g. `2001:0db8:0000:0000:0000:0000:0000:0001`). Useful for sorting and
       * byte-exact comparison.
       */
      canonicalForm() {
        return this.parsedAddress.map(paddedHex).join(':');
      }
      /**
       * Return the decimal form of the address
       * @returns {String}
       */
      decimal() {
        return this.parsedAddress.map((n) => parseInt(n, 16).toString(10).padStart(5, '0')).join(':');
      }
      /**
       * Return the address as a BigInt
       * @returns {bigint}
       */
      bigInt() {
        return BigInt(`0x${this.parsedAddress.map(paddedHex).join('')}`);
      }
      /**
       * Return the last two groups of this address as an IPv4 address string.
       * If this address carries a CIDR prefix that covers the trailing 32 bits
       * (i.e. `subnetMask >= 96`), the resulting `Address4` inherits the
       * corresponding v4 prefix (`subnetMask - 96`); otherwise it defaults to
       * `/32`.
       * @returns {Address4}
       * @example
       * var address = new Address6('2001:4860:4001::1825:bf11');
       * address.to4().correctForm(); // '24.37.191.17'
       */
      to4() {
        const binary = this.binaryZeroPad().split('');
        const hex2 = BigInt(`0b${binary.slice(96, 128).join('')}`)
          .toString(16)
          .padStart(8, '0');
        if (this.subnetMask >= 96) {
          const v4Mask = this.subnetMask - 96;
          const groups = [];
          for (let i = 0; i < 8; i += 2) {
            groups.push(parseInt(hex2.slice(i, i + 2), 16));
          }
          return new ipv4_1.Address4(`${groups.join('.')}/${v4Mask}`);
        }
        return ipv4_1.Address4.fromHex(hex2);
      }
      /**
       * Return the v4-in-v6 form of the address
       * @returns {String}
       */
      to4in6() {
        const address4 = this.to4();
        const address6 = new _Address6(this.parsedAddress.slice(0, 6).join(':'), 6);
        const correct = address6.correctForm();
        let infix = '';
        if (!/:$/.test(correct)) {
          infix = ':';
        }
        return correct + infix + address4.correctForm();
      }
      /**
       * Decodes the Teredo tunneling fields embedded in this address. Returns the
       * Teredo prefix, server IPv4, client IPv4, raw flag bits, cone-NAT flag,
       * UDP port, and Microsoft-format flag breakdown (reserved, universal/local,
       * group/individual, nonce). Only meaningful for addresses in `2001::/32`.
       */
      inspectTeredo() {
        const prefix = this.getBitsBase16(0, 32);
        const bitsForUdpPort = this.getBits(80, 96);
        const udpPort = (bitsForUdpPort ^ BigInt('0xffff')).toString();
        const server4 = ipv4_1.Address4.fromHex(this.getBitsBase16(32, 64));
        const bitsForClient4 = this.getBits(96, 128);
        const client4 = ipv4_1.Address4.fromHex((bitsForClient4 ^ BigInt('0xffffffff')).toString(16).padStart(8, '0'));
        const flagsBase2 = this.getBitsBase2(64, 80);
        const coneNat = (0, common_1.testBit)(flagsBase2, 15);
        const reserved = (0, common_1.testBit)(flagsBase2, 14);
        const groupIndividual = (0, common_1.testBit)(flagsBase2, 8);
        const universalLocal = (0, common_1.testBit)(flagsBase2, 9);
        const nonce = BigInt(`0b${flagsBase2.slice(2, 6) + flagsBase2.slice(8, 16)}`).toString(10);
        return {
          prefix: `${prefix.slice(0, 4)}:${prefix.slice(4, 8)}`,
          server4: server4.address,
          client4: client4.address,
          flags: flagsBase2,
          coneNat,
          microsoft: {
            reserved,
            universalLocal,
            groupIndividual,
            nonce,
          },
          udpPort,
        };
      }
      /**
       * Decodes the 6to4 tunneling fields embedded in this address. Returns the
       * 6to4 prefix and the embedded IPv4 gateway address. Only meaningful for
       * addresses in `2002::/16`.
       */
      inspect6to4() {
        const prefix = this.getBitsBase16(0, 16);
        const gateway = ipv4_1.Address4.fromHex(this.getBitsBase16(16, 48));
        return {
          prefix: prefix.slice(0, 4),
          gateway: gateway.address,
        };
      }
      /**
       * Return a v6 6to4 address from a v6 v4inv6 address
       * @returns {Address6}
       */
      to6to4() {
        if (!this.is4()) {
          return null;
        }
        const addr6to4 = ['2002', this.getBitsBase16(96, 112), this.getBitsBase16(112, 128), '', '/16'].join(':');
        return new _Address6(addr6to4);
      }
      /**
       * Embed an IPv4 address into a NAT64 IPv6 address using the encoding
       * defined by [RFC 6052](https://datatracker.ietf.org/doc/html/rfc6052).
       * The default prefix is the well-known prefix `64:ff9b::/96`. The prefix
       * length must be one of 32, 40, 48, 56, 64, or 96; for prefixes shorter
       * than /64 the IPv4 octets are split around the reserved bits 64–71.
       * @example
       * Address6.fromAddress4Nat64('192.0.2.33').correctForm(); // '64:ff9b::c000:221'
       * Address6.fromAddress4Nat64('192.0.2.33', '2001:db8::/32').correctForm(); // '2001:db8:c000:221::'
       */
      static fromAddress4Nat64(address, prefix = '64:ff9b::/96') {
        const v4 = new ipv4_1.Address4(address);
        const prefix6 = new _Address6(prefix);
        const pl = prefix6.subnetMask;
        if (pl !== 32 && pl !== 40 && pl !== 48 && pl !== 56 && pl !== 64 && pl !== 96) {
          throw new address_error_1.AddressError('NAT64 prefix length must be 32, 40, 48, 56, 64, or 96');
        }
        const prefixBits = prefix6.binaryZeroPad();
        const v4Bits = v4.binaryZeroPad();
        let bits2;
        if (pl === 96) {
          bits2 = prefixBits.slice(0, 96) + v4Bits;
        } else {
          const beforeU = 64 - pl;
          bits2 = [
            prefixBits.slice(0, pl),
            v4Bits.slice(0, beforeU),
            // Bits 64 to 71 are the reserved u octet and are always zero.
            '00000000',
            v4Bits.slice(beforeU),
            '0'.repeat(128 - 72 - (32 - beforeU)),
          ].join('');
        }
        const hex2 = BigInt(`0b${bits2}`).toString(16).padStart(32, '0');
        const groups = [];
        for (let i = 0; i < 8; i++) {
          groups.push(hex2.slice(i * 4, (i + 1) * 4));
        }
        return new _Address6(groups.join(':'));
      }
      /**
       * Extract the embedded IPv4 address from a NAT64 IPv6 address using the
       * encoding defined by [RFC 6052](https://datatracker.ietf.org/doc/html/rfc6052).
       * The default prefix is the well-known prefix `64:ff9b::/96`. Returns
       * `null` if this address is not contained within the given prefix.
       * @example
       * new Address6('64:ff9b::c000:221').toAddress4Nat64()!.correctForm(); // '192.0.2.33'
       */
      toAddress4Nat64(prefix = '64:ff9b::/96') {
        const prefix6 = new _Address6(prefix);
        const pl = prefix6.subnetMask;
        if (pl !== 32 && pl !== 40 && pl !== 48 && pl !== 56 && pl !== 64 && pl !== 96) {
          throw new address_error_1.AddressError('NAT64 prefix length must be 32, 40, 48, 56, 64, or 96');
        }
        if (!this.isHostInSubnet(prefix6)) {
          return null;
        }
        const bits2 = this.binaryZeroPad();
        let v4Bits;
        if (pl === 96) {
          v4Bits = bits2.slice(96, 128);
        } else {
          const beforeU = 64 - pl;
          v4Bits = bits2.slice(pl, pl + beforeU) + bits2.slice(72, 72 + (32 - beforeU));
        }
        const octets = [];
        for (let i = 0; i < 4; i++) {
          octets.push(parseInt(v4Bits.slice(i * 8, (i + 1) * 8), 2).toString());
        }
        return new ipv4_1.Address4(octets.join('.'));
      }
      /**
       * Return a byte array.
       *
       * To get a Node.js `Buffer`, wrap the result: `Buffer.from(address.toByteArray())`.
       * @returns {Array}
       */
      toByteArray() {
        const value = this.bigInt()
          .toString(16)
          .padStart(constants6.BITS / 4, '0');
        const bytes = [];
        for (let i = 0, length = value.length; i < length; i += 2) {
          bytes.push(parseInt(value.substring(i, i + 2), 16));
        }
        return bytes;
      }
      /**
       * Return an unsigned byte array.
       *
       * To get a Node.js `Buffer`, wrap the result: `Buffer.from(address.toUnsignedByteArray())`.
       * @returns {Array}
       */
      toUnsignedByteArray() {
        return this.toByteArray().map(unsignByte);
      }
      /**
       * Convert a byte array to an Address6 object.
       *
       * Accepts unsigned bytes (0 to 255) or signed bytes (-128 to 127, as an
       * `Int8Array` or a Java `byte[]` holds them), folding signed values to their
       * unsigned equivalent. Throws `AddressError` unless given exactly 16
       * integers from -128 to 255.
       *
       * To convert from a Node.js `Buffer`, spread it: `Address6.fromByteArray([...buf])`.
       * @returns {Address6}
       */
      static fromByteArray(bytes) {
        common.assertByteArray(bytes, 16, 'IPv6', -128);
        return this.fromUnsignedByteArray(bytes.map(unsignByte));
      }
      /**
       * Convert an unsigned byte array to an Address6 object.
       *
       * Throws `AddressError` unless given exactly 16 integers from 0 to 255.
       *
       * To convert from a Node.js `Buffer`, spread it: `Address6.fromUnsignedByteArray([...buf])`.
       * @returns {Address6}
       */
      static fromUnsignedByteArray(bytes) {
        common.assertByteArray(bytes, 16, 'IPv6', 0);
        const BYTE_MAX = BigInt('256');
        let result = BigInt('0');
        let multiplier = BigInt('1');
        for (let i = bytes.length - 1; i >= 0; i--) {
          result += multiplier * BigInt(bytes[i].toString(10));
          multiplier *= BYTE_MAX;
        }
        return _Address6.fromBigInt(result);
      }
      /**
       * Returns true if the address is in the canonical form, false otherwise
       * @returns {boolean}
       */
      isCanonical() {
        return this.addressMinusSuffix === this.canonicalForm();
      }
      /**
       * Returns true if the address is a link-local unicast address in `fe80::/10`
       * ([RFC 4291 §2.4](https://datatracker.ietf.org/doc/html/rfc4291#section-2.4))
       * or an IPv4-mapped / NAT64 address whose embedded IPv4 address is link-local
       * (`169.254.0.0/16`, e.g. `::ffff:169.254.169.254`), false otherwise.
       * @returns {boolean}
       */
      isLinkLocal() {
        const embedded = this.embeddedIPv4();
        if (embedded) {
          return embedded.isLinkLocal();
        }
        return this.isHostInSubnet(LINK_LOCAL_SUBNET);
      }
      /**
       * Returns true if the address is a multicast address, false otherwise
       * @returns {boolean}
       */
      isMulticast() {
        const embedded = this.embeddedIPv4();
        if (embedded) {
          return embedded.isMulticast();
        }
        const type = this.getType();
        return type === 'Multicast' || type.startsWith('Multicast ');
      }
      /**
       * Returns true if the address was written in v4-in-v6 dotted-quad notation
       * (e.g. `::ffff:127.0.0.1`), false otherwise. This is a notation-level flag
       * and does not reflect whether the address bits lie in the IPv4-mapped
       * (`::ffff:0:0/96`) subnet — for that, see {@link isMapped4}.
       * @returns {boolean}
       */
      is4() {
        return this.v4;
      }
      /**
       * Returns true if the address is an IPv4-mapped IPv6 address in
       * `::ffff:0:0/96` ([RFC 4291 §2.5.5.2](https://datatracker.ietf.org/doc/html/rfc4291#section-2.5.5.2)),
       * false otherwise. Unlike {@link is4}, this checks the underlying address
       * bits rather than the textual notation, so `::ffff:127.0.0.1` and
       * `::ffff:7f00:1` both return true.
       * @returns {boolean}
       */
      isMapped4() {
        return this.isHostInSubnet(IPV4_MAPPED_SUBNET);
      }
      /**
       * If this address embeds a routable IPv4 address — i.e. it is IPv4-mapped
       * (`::ffff:0:0/96`) or sits in the NAT64 well-known prefix (`64:ff9b::/96`,
       * [RFC 6052](https://datatracker.ietf.org/doc/html/rfc6052)) — return that
       * embedded address as an {@link Address4}; otherwise return null.
       *
       * The special-property checks (`isLoopback`, `isLinkLocal`, `isMulticast`,
       * `isUnspecified`, `isPrivate`, `isCGNAT`, `isBroadcast`) call this first and
       * delegate to the embedded {@link Address4} when present, so a literal such as
       * `::ffff:127.0.0.1` is classified by what it actually reaches (loopback)
       * rather than by its IPv6 wrapper (which `getType()` reports as IPv4-mapped).
       * This matters wherever the checks back a trust-boundary decision (e.g. an
       * SSRF allow/deny filter): without normalization, `::ffff:10.0.0.1`,
       * `::ffff:169.254.169.254`, `64:ff9b::7f00:1`, etc. would all read as
       * non-internal.
       * @returns {Address4 | null}
       */
      embeddedIPv4() {
        if (this.isMapped4() || this.isHostInSubnet(NAT64_WELL_KNOWN_SUBNET)) {
          return this.to4();
        }
        return null;
      }
      /**
       * Returns true if the address is a Teredo address, false otherwise
       * @returns {boolean}
       */
      isTeredo() {
        return this.isHostInSubnet(TEREDO_SUBNET);
      }
      /**
       * Returns true if the address is a 6to4 address, false otherwise
       * @returns {boolean}
       */
      is6to4() {
        return this.isHostInSubnet(SIX_TO_FOUR_SUBNET);
      }
      /**
       * Returns true if the address is a loopback address, false otherwise
       * @returns {boolean}
       */
      isLoopback() {
        const embedded = this.embeddedIPv4();
        if (embedded) {
          return embedded.isLoopback();
        }
        return this.getType() === 'Loopback';
      }
      /**
       * Returns true if the address is a Unique Local Address in `fc00::/7` ([RFC 4193](https://datatracker.ietf.org/doc/html/rfc4193)). ULAs are the IPv6 equivalent of IPv4 [RFC 1918](https://datatracker.ietf.org/doc/html/rfc1918) private addresses.
       * @returns {boolean}
       */
      isULA() {
        return this.isHostInSubnet(ULA_SUBNET);
      }
      /**
       * Returns true if the address is private, i.e. a Unique Local Address in
       * `fc00::/7` ([RFC 4193](https://datatracker.ietf.org/doc/html/rfc4193)), an
       * address in the NAT64 local-use range `64:ff9b:1::/48`
       * ([RFC 8215](https://datatracker.ietf.org/doc/html/rfc8215)), or an
       * IPv4-mapped / NAT64 well-known address whose embedded IPv4 address is in
       * one of the [RFC 1918](https://datatracker.ietf.org/doc/html/rfc1918)
       * private ranges (e.g. `::ffff:10.0.0.1`). This is the IPv6 counterpart to
       * {@link Address4.isPrivate}; use it instead of {@link isULA} when you need to
       * catch mapped RFC 1918 addresses as well as native ULAs.
       *
       * The local-use NAT64 range is reported private as a whole rather than by
       * its embedded IPv4 address: an operator may carve a prefix of any RFC 6052
       * length out of `64:ff9b:1::/48`, so the same bits decode to different IPv4
       * addresses under different deployments and no single decoding is correct.
       * Use {@link toAddress4Nat64} with the deployment's prefix to decode one.
       * @returns {boolean}
       */
      isPrivate() {
        const embedded = this.embeddedIPv4();
        if (embedded) {
          return embedded.isPrivate();
        }
        return this.isULA() || this.isHostInSubnet(NAT64_LOCAL_USE_SUBNET);
      }
      /**
       * Returns true if the address is an IPv4-mapped / NAT64 address whose embedded
       * IPv4 address is in the carrier-grade NAT range `100.64.0.0/10`
       * ([RFC 6598](https://datatracker.ietf.org/doc/html/rfc6598)), false
       * otherwise. There is no native IPv6 CGNAT range, so this only ever returns
       * true for an embedded IPv4 address (e.g. `::ffff:100.64.0.1`).
       * @returns {boolean}
       */
      isCGNAT() {
        const embedded = this.embeddedIPv4();
        if (embedded) {
          return embedded.isCGNAT();
        }
        return false;
      }
      /**
       * Returns true if the address is an IPv4-mapped / NAT64 address whose embedded
       * IPv4 address is the limited broadcast address `255.255.255.255`
       * ([RFC 919](https://datatracker.ietf.org/doc/html/rfc919)), false otherwise.
       * There is no IPv6 broadcast, so this only ever returns true for an embedded
       * IPv4 address (e.g. `::ffff:255.255.255.255`).
       * @returns {boolean}
       */
      isBroadcast() {
        const embedded = this.embeddedIPv4();
        if (embedded) {
          return embedded.isBroadcast();
        }
        return false;
      }
      /**
       * Returns true if the address is the unspecified address `::`.
       * @returns {boolean}
       */
      isUnspecified() {
        const embedded = this.embeddedIPv4();
        if (embedded) {
          return embedded.isUnspecified();
        }
        return this.getType() === 'Unspecified';
      }
      /**
       * Returns true if the address is in the documentation prefix `2001:db8::/32` ([RFC 3849](https://datatracker.ietf.org/doc/html/rfc3849)).
       * @returns {boolean}
       */
      isDocumentation() {
        return DOCUMENTATION_SUBNETS.some((subnet2) => this.isHostInSubnet(subnet2));
      }
      /**
       * Returns true if the address is in the benchmarking range `2001:2::/48`
       * ([RFC 5180](https://datatracker.ietf.org/doc/html/rfc5180)) or is an
       * IPv4-mapped / NAT64 address whose embedded IPv4 address is in
       * `198.18.0.0/15`, false otherwise.
       * @returns {boolean}
       */
      isBenchmarking() {
        const embedded = this.embeddedIPv4();
        if (embedded) {
          return embedded.isBenchmarking();
        }
        return this.isHostInSubnet(BENCHMARKING_SUBNET);
      }
      /**
       * Returns true if the address is globally reachable: inside the global
       * unicast allocation `2000::/3` (the only range the [IANA IPv6 Address Space
       * Registry](https://www.iana.org/assignments/ipv6-address-space/) assigns
       * for global unicast; everything else is reserved, ULA, link-local, or
       * multicast) and not in any block the [IANA IPv6 Special-Purpose Address Registry](https://www.iana.org/assignments/iana-ipv6-special-registry/)
       * marks as not globally reachable. An IPv4-mapped or NAT64 well-known
       * address answers for its embedded IPv4 address, so `::ffff:10.0.0.1` and
       * `64:ff9b::7f00:1` are not global. Teredo (`2001::/32`) and 6to4
       * (`2002::/16`) are not global either: the registry lists them as N/A and a
       * packet to one needs a relay.
       *
       * This covers everything the individual classifiers name and the blocks they
       * do not: the discard-only prefix `100::/64`, the IETF protocol assignments
       * in `2001::/23`, the deprecated site-local `fec0::/10` and IPv4-compatible
       * `::/96` ranges, and unallocated space such as `4000::/3`. It is the single
       * predicate to use where a request must not reach an internal or
       * special-purpose destination; see SECURITY.md.
       * @returns {boolean}
       */
      isGlobal() {
        const embedded = this.embeddedIPv4();
        if (embedded) {
          return embedded.isGlobal();
        }
        return this.isHostInSubnet(GLOBAL_UNICAST_SUBNET) && common.isGloballyReachable.call(this, SPECIAL_PURPOSE_V6);
      }
      // #endregion
      // #region HTML
      /**
       * Returns the address as an HTTP URL with the host bracketed, e.g.
       * `http://[2001:db8::1]/`. If `optionalPort` is provided it is appended,
       * e.g. `http://[2001:db8::1]:8080/`.
       */
      href(optionalPort) {
        if (optionalPort === void 0) {
          optionalPort = '';
        } else {
          optionalPort = `:${optionalPort}`;
        }
        return `http://[${this.correctForm()}]${optionalPort}/`;
      }
      /**
       * Returns an HTML `<a>` element whose `href` encodes the address in a URL
       * hash fragment (default prefix `/#address=`). Useful for linking between
       * pages of an address-inspector UI.
       * @param options.className - CSS class for the rendered `<a>` element
       * @param options.prefix - hash prefix prepended to the address (default `/#address=`)
       * @param options.v4 - when true, render the address in v4-in-v6 form
       */
      link(options2) {
        if (!options2) {
          options2 = {};
        }
        if (options2.className === void 0) {
          options2.className = '';
        }
        if (options2.prefix === void 0) {
          options2.prefix = '/#address=';
        }
        if (options2.v4 === void 0) {
          options2.v4 = false;
        }
        let formFunction = this.correctForm;
        if (options2.v4) {
          formFunction = this.to4in6;
        }
        const form = formFunction.call(this);
        const safeHref = helpers.escapeHtml(`${options2.prefix}${form}`);
        const safeForm = helpers.escapeHtml(form);
        if (options2.className) {
          const safeClass = helpers.escapeHtml(options2.className);
          return `<a href="${safeHref}" class="${safeClass}">${safeForm}</a>`;
        }
        return `<a href="${safeHref}">${safeForm}</a>`;
      }
      /**
       * Groups an address.
       *
       * Returns an HTML fragment: each group is wrapped in a `<span>` carrying
       * the group classes an address-inspector UI hovers on. The address content
       * is HTML-escaped; anything you concatenate around it is your
       * responsibility.
       * @returns {String}
       */
      group() {
        if (this.elidedGroups === 0) {
          return helpers.simpleGroup(this.addressMinusSuffix).join(':');
        }
        assert(typeof this.elidedGroups === 'number');
        assert(typeof this.elisionBegin === 'number');
        const output = [];
        const [left, right] = this.addressMinusSuffix.split('::');
        if (left.length) {
          output.push(...helpers.simpleGroup(left));
        } else {
          output.push('');
        }
        const classes = ['hover-group'];
        for (let i = this.elisionBegin; i < this.elisionBegin + this.elidedGroups; i++) {
          classes.push(`group-${i}`);
        }
        output.push(`<span class="${classes.join(' ')}"></span>`);
        if (right.length) {
          output.push(...helpers.simpleGroup(right, this.elisionEnd));
        } else {
          output.push('');
        }
        if (this.is4()) {
          assert(this.address4 instanceof ipv4_1.Address4);
          output.pop();
          output.push(this.address4.groupForV6());
        }
        return output.join(':');
      }
      // #endregion
      // #region Regular expressions
      /**
       * Generate a regular expression string that can be used to find or validate
       * all variations of this address
       * @param {boolean} substringSearch
       * @returns {string}
       */
      regularExpressionString(substringSearch = false) {
        let output = [];
        const address6 = new _Address6(this.correctForm());
        if (address6.elidedGroups === 0) {
          output.push((0, regular_expressions_1.simpleRegularExpression)(address6.parsedAddress));
        } else if (address6.elidedGroups === constants6.GROUPS) {
          output.push((0, regular_expressions_1.possibleElisions)(constants6.GROUPS));
        } else {
          const halves = address6.address.split('::');
          if (halves[0].length) {
            output.push((0, regular_expressions_1.simpleRegularExpression)(halves[0].split(':')));
          }
          assert(typeof address6.elidedGroups === 'number');
          output.push(
            (0, regular_expressions_1.possibleElisions)(
              address6.elidedGroups,
              halves[0].length !== 0,
              halves[1].length !== 0,
            ),
          );
          if (halves[1].length) {
            output.push((0, regular_expressions_1.simpleRegularExpression)(halves[1].split(':')));
          }
          output = [output.join(':')];
        }
        if (!substringSearch) {
          output = [
            '(?=^|',
            regular_expressions_1.ADDRESS_BOUNDARY,
            '|[^\\w\\:])(',
            ...output,
            ')(?=[^\\w\\:]|',
            regular_expressions_1.ADDRESS_BOUNDARY,
            '|$)',
          ];
        }
        return output.join('');
      }
      /**
       * Generate a regular expression that can be used to find or validate all
       * variations of this address.
       * @param {boolean} substringSearch
       * @returns {RegExp}
       */
      regularExpression(substringSearch = false) {
        return new RegExp(this.regularExpressionString(substringSearch), 'i');
      }
    };
    exports.Address6 = Address62;
    var TYPE_SUBNETS = Object.keys(constants6.TYPES).map((subnet2) => [
      new Address62(subnet2),
      constants6.TYPES[subnet2],
    ]);
    var TEREDO_SUBNET = new Address62('2001::/32');
    var SIX_TO_FOUR_SUBNET = new Address62('2002::/16');
    var ULA_SUBNET = new Address62('fc00::/7');
    var LINK_LOCAL_SUBNET = new Address62('fe80::/10');
    var DOCUMENTATION_SUBNETS = [new Address62('2001:db8::/32'), new Address62('3fff::/20')];
    var BENCHMARKING_SUBNET = new Address62('2001:2::/48');
    var GLOBAL_UNICAST_SUBNET = new Address62('2000::/3');
    var SPECIAL_PURPOSE_V6 = constants6.SPECIAL_PURPOSE.map(([cidr, , reachable]) => ({
      subnet: new Address62(cidr),
      reachable,
    }));
    var IPV4_MAPPED_SUBNET = new Address62('::ffff:0:0/96');
    var NAT64_WELL_KNOWN_SUBNET = new Address62('64:ff9b::/96');
    var NAT64_LOCAL_USE_SUBNET = new Address62('64:ff9b:1::/48');
  },
});

// node_modules/ip-address/dist/ip-address.js
var require_ip_address = __commonJS({
  'node_modules/ip-address/dist/ip-address.js'(exports) {
    var __createBinding =
      (exports && exports.__createBinding) ||
      (Object.create
        ? (o, m, k, k2) => {
            if (k2 === void 0) k2 = k;
            var desc = Object.getOwnPropertyDescriptor(m, k);
            if (!desc || ('get' in desc ? !m.__esModule : desc.writable || desc.configurable)) {
              desc = { enumerable: true, get: () => m[k] };
            }
            Object.defineProperty(o, k2, desc);
          }
        : (o, m, k, k2) => {
            if (k2 === void 0) k2 = k;
            o[k2] = m[k];
          });
    var __setModuleDefault =
      (exports && exports.__setModuleDefault) ||
      (Object.create
        ? (o, v) => {
            Object.defineProperty(o, 'default', { enumerable: true, value: v });
          }
        : (o, v) => {
            o['default'] = v;
          });
    var __importStar =
      (exports && exports.__importStar) ||
      ((mod) => {
        if (mod && mod.__esModule) return mod;
        var result = {};
        if (mod != null) {
          for (var k in mod) if (k !== 'default' && Object.hasOwn(mod, k)) __createBinding(result, mod, k);
        }
        __setModuleDefault(result, mod);
        return result;
      });
    Object.defineProperty(exports, '__esModule', { value: true });
    exports.v6 = exports.AddressError = exports.Address6 = exports.Address4 = void 0;
    var ipv4_1 = require_ipv4();
    Object.defineProperty(exports, 'Address4', { enumerable: true, get: () => ipv4_1.Address4 });
    var ipv6_1 = require_ipv6();
    Object.defineProperty(exports, 'Address6', { enumerable: true, get: () => ipv6_1.Address6 });
    var address_error_1 = require_address_error();
    Object.defineProperty(exports, 'AddressError', { enumerable: true, get: () => address_error_1.AddressError });
    var helpers = __importStar(require_helpers());
    exports.v6 = { helpers };
  },
});

// test/neutron-21/observed.ts
import { readdirSync, readFileSync } from 'node:fs';

// src/host/host-state.ts
var ROOT = '';
var emptyNamespace = {
  links: {},
  routes: [],
  sysctls: {},
  ipv4: {},
  ipv6: {},
  ipsets: {},
};

// src/host/link-entry.ts
function joinPeers(namespaces) {
  return Object.fromEntries(
    Object.entries(namespaces).map(([namespace, entries]) => [
      namespace,
      Object.fromEntries(entries.map((entry2) => [entry2.name, withPeer(namespace, entry2, namespaces)])),
    ]),
  );
}
function withPeer(namespace, entry2, namespaces) {
  const { peerIndex } = entry2;
  if (peerIndex === void 0) return entry2.link;
  const found = Object.entries(namespaces)
    .filter(([other]) => other !== namespace && (entry2.peerNamespace ?? other) === other)
    .flatMap(([other, entries]) =>
      entries
        .filter((candidate) => candidate.index === peerIndex && candidate.peerIndex === entry2.index)
        .filter((candidate) => (candidate.peerNamespace ?? namespace) === namespace)
        .map((candidate) => ({ other, candidate })),
    );
  const certain = found.find(({ candidate }) => (entry2.peerNamespace ?? candidate.peerNamespace) !== void 0);
  const one = certain ?? (found.length === 1 ? found[0] : void 0);
  return one === void 0
    ? { ...entry2.link, peerNamespace: entry2.peerNamespace ?? null }
    : { ...entry2.link, peer: one.candidate.name, peerNamespace: one.other };
}
function nameInternalPorts(links, internalPorts, bridges) {
  return Object.fromEntries(
    Object.entries(links).map(([name, link]) => {
      if (link.kind !== 'tap' && link.kind !== 'internal') return [name, link];
      if (bridges.has(name)) return [name, { ...link, kind: 'other' }];
      return [name, { ...link, kind: internalPorts.has(name) ? 'internal' : 'tap' }];
    }),
  );
}
function isDerivedLinkLocal(address, macAddress) {
  if (macAddress === void 0 || !/^fe80:/i.test(address)) return false;
  const bytes = macAddress.split(':').map((byte) => Number.parseInt(byte, 16));
  const [first = 0, ...rest] = bytes;
  const identifier = [first ^ 2, ...rest.slice(0, 2), 255, 254, ...rest.slice(2)];
  const groups = [0, 2, 4, 6].map((at) => ((identifier[at] ?? 0) * 256 + (identifier[at + 1] ?? 0)).toString(16));
  const written = (address.split('/')[0] ?? '')
    .replace(/^fe80::?/i, '')
    .split(':')
    .filter((group) => group !== '');
  const significant = groups.slice(groups.findIndex((group) => group !== '0'));
  return written.slice(-significant.length).join(':') === significant.join(':') && written.length <= groups.length;
}

// src/host/ovs-rows.ts
function readBridges(tables2) {
  return Object.fromEntries(
    [...tables2.Bridge.values()].map((row) => [atom(row, 'name') ?? '', readBridge(row, tables2)]),
  );
}
function readBridge(row, tables2) {
  const name = atom(row, 'name');
  const ports = atoms(row, 'ports').flatMap((uuid) => {
    const port = tables2.Port.get(String(uuid));
    const portName2 = port === void 0 ? void 0 : atom(port, 'name');
    if (port === void 0 || portName2 === void 0 || portName2 === name) return [];
    const first = atoms(port, 'interfaces')[0];
    return [[String(portName2), readPort(port, tables2.Interface.get(String(first)) ?? {})]];
  });
  const failMode = atom(row, 'fail_mode');
  const datapathType = atom(row, 'datapath_type');
  return {
    datapathType: datapathType === 'netdev' ? 'netdev' : 'system',
    ...(failMode === 'secure' || failMode === 'standalone' ? { failMode } : {}),
    otherConfig: record(row, 'other_config'),
    externalIds: record(row, 'external_ids'),
    ports: Object.fromEntries(ports),
    flows: [],
  };
}
function readPort(port, iface) {
  const tag = atom(port, 'tag');
  const ofport = atom(iface, 'ofport');
  const error = atom(iface, 'error');
  return {
    type: portType(atom(iface, 'type')),
    ...(typeof tag === 'number' ? { tag } : {}),
    options: record(iface, 'options'),
    externalIds: record(iface, 'external_ids'),
    otherConfig: record(port, 'other_config'),
    ...(typeof ofport === 'number' ? { ofport } : {}),
    ...(typeof error === 'string' && error !== '' ? { error } : {}),
  };
}
function portType(type) {
  switch (type) {
    case 'internal':
    case 'patch':
    case 'vxlan':
    case 'gre':
    case 'geneve':
      return type;
    default:
      return '';
  }
}
function atom(row, column) {
  return atoms(row, column)[0];
}
function atoms(row, column) {
  const value = row[column];
  if (value === void 0 || value instanceof Map) return [];
  return isSet(value) ? value : [value];
}
function isSet(value) {
  return Array.isArray(value);
}
function record(row, column) {
  const value = row[column];
  return value instanceof Map ? Object.fromEntries(value) : {};
}

// src/host/read-flows.ts
var DEFAULT_PRIORITY = 32768;
var FIELD =
  /^(cookie|duration|table|n_packets|n_bytes|idle_timeout|hard_timeout|importance|idle_age|hard_age)=([^,\s]*)(?:,\s*|\s+|$)/;
var FLAG = /^(send_flow_rem|check_overlap|reset_counts|no_packet_counts|no_byte_counts)(?:\s+|$)/;
var PRIORITY = /^priority=(\d+),?/;
var HEADER = /^(OFPST_FLOW|NXST_FLOW) reply|^$/;
function readFlows(dump, portNames) {
  return dump
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !HEADER.test(line))
    .map((line) => nameFlowPorts(readFlow(line), portNames));
}
function readFlow(line) {
  const start = line.startsWith('actions=') ? 0 : line.indexOf(' actions=') + 1;
  if (start === 0 && !line.startsWith('actions=')) throw new Error(`not a flow: ${line}`);
  const actions = line.slice(start + 'actions='.length);
  const fields = /* @__PURE__ */ new Map();
  let rest = line.slice(0, start).trim();
  for (;;) {
    const field = FIELD.exec(rest);
    const flag = field ?? FLAG.exec(rest);
    if (flag === null) break;
    if (field !== null) fields.set(field[1] ?? '', field[2] ?? '');
    rest = rest.slice(flag[0].length);
  }
  const priority = PRIORITY.exec(rest);
  const match = priority === null ? rest : rest.slice(priority[0].length);
  return {
    table: Number(fields.get('table') ?? 0),
    priority: priority === null ? DEFAULT_PRIORITY : Number(priority[1]),
    match,
    actions,
    ...text('cookie', fields.get('cookie')),
    ...number('hardTimeout', fields.get('hard_timeout')),
    ...number('idleTimeout', fields.get('idle_timeout')),
    ...number('packets', fields.get('n_packets')),
    ...number('bytes', fields.get('n_bytes')),
  };
}
function quotePortName(name) {
  return /^[A-Za-z][A-Za-z0-9]*$/.test(name) ? name : JSON.stringify(name);
}
function readPortNumbers(description) {
  const ports = /* @__PURE__ */ new Map();
  for (const match of description.matchAll(/^\s*(\d+)\("?([^")]+)"?\): addr:/gm)) {
    ports.set(Number(match[1]), match[2] ?? '');
  }
  return ports;
}
function nameFlowPorts(flow, names) {
  if (names === void 0) return flow;
  const name = (number2) => {
    const known = names.get(Number(number2));
    return known === void 0 ? number2 : quotePortName(known);
  };
  const inPort = (text2) =>
    text2.replace(/(^|[,(])in_port=(\d+)/g, (_, before, number2) => `${before}in_port=${name(number2)}`);
  return {
    ...flow,
    match: inPort(flow.match),
    actions: inPort(flow.actions)
      .replace(/(^|[,(])(output|resubmit):(\d+)(?=[,)]|$)/g, (_, before, kind, number2) => {
        return `${before}${kind}:${name(number2)}`;
      })
      .replace(/(^|[,(])resubmit\((\d+),/g, (_, before, number2) => `${before}resubmit(${name(number2)},`)
      .replace(/(^|[,(])output\(port=(\d+),/g, (_, before, number2) => `${before}output(port=${name(number2)},`),
  };
}
function text(key, value) {
  return value === void 0 ? {} : { [key]: value };
}
function number(key, value) {
  return value === void 0 ? {} : { [key]: Number(value) };
}

// src/host/read-ipsets.ts
function readIpsets(saved) {
  const sets = /* @__PURE__ */ new Map();
  for (const line of saved.split('\n')) {
    const create = /^create (\S+) hash:net .*\bfamily (inet6?)\b/.exec(line);
    if (create !== null) {
      sets.set(create[1] ?? '', { family: create[2] === 'inet6' ? 'inet6' : 'inet', members: [] });
    }
    const add = /^add (\S+) (.+)$/.exec(line);
    if (add !== null) sets.get(add[1] ?? '')?.members.push((add[2] ?? '').trim());
  }
  return Object.fromEntries(
    [...sets].map(([name, { family, members }]) => [name, { type: 'hash:net', family, members: members.sort() }]),
  );
}

// src/host/read-links.ts
function linkKind(kind, type) {
  if (kind === 'veth' || kind === 'bridge') return kind;
  if (kind === 'openvswitch') return 'internal';
  return kind === 'tun' && type === 'tap' ? 'tap' : 'other';
}

// src/host/read-links-text.ts
var DEVICE = /^(\d+): ([^@:\s]+)(?:@(\S+))?: <([^>]*)> mtu (\d+)(.*)$/;
function readLinksText(shown) {
  const blocks = [];
  for (const line of shown.split('\n')) {
    if (DEVICE.test(line)) blocks.push([line]);
    else if (line.trim() !== '') blocks.at(-1)?.push(line.trim());
  }
  return blocks.map(entry);
}
function entry([head = '', ...lines]) {
  const [, index, name = '', at, flags = '', mtu, rest = ''] = DEVICE.exec(head) ?? [];
  const hardware = lines.find((line) => line.startsWith('link/')) ?? '';
  const detail = lines.find((line) => !/^(link\/|inet6? |valid_lft|alias |bridge_slave|altname )/.test(line)) ?? '';
  const kind = linkKind(detail.split(' ')[0], word(detail, 'type'));
  const macAddress =
    hardware.startsWith('link/ether ') || hardware.startsWith('link/loopback ') ? hardware.split(' ')[1] : '';
  const ageing = word(detail, 'ageing_time');
  const group = word(rest, 'group');
  const master = word(rest, 'master');
  const across = kind === 'veth' ? /^if(\d+)$/.exec(at ?? '') : null;
  const peerNamespace = word(hardware, 'link-netns');
  return {
    name,
    index: Number(index),
    link: {
      kind,
      ...(macAddress ? { macAddress } : {}),
      mtu: Number(mtu),
      up: flags.split(',').includes('UP'),
      ...(master === void 0 ? {} : { master }),
      ...(kind === 'veth' && at !== void 0 && across === null ? { peer: at } : {}),
      ...(group === void 0 || group === 'default' ? {} : { group }),
      ...(kind === 'bridge' && ageing !== void 0 ? { ageingTime: Number(ageing) / 100 } : {}),
      addresses: lines
        .filter((line) => /^inet6? /.test(line))
        .map((line) => line.split(' ')[1] ?? '')
        .filter((address) => !isDerivedLinkLocal(address, macAddress)),
    },
    ...(across === null ? {} : { peerIndex: Number(across[1]) }),
    ...(across === null || peerNamespace === void 0 ? {} : { peerNamespace }),
  };
}
function word(text2, before) {
  const words2 = text2.split(/\s+/);
  const at = words2.indexOf(before);
  return at === -1 ? void 0 : words2[at + 1];
}

// src/host/read-mac-table.ts
function readMacTable(shown, portNames) {
  return [...shown.matchAll(/^\s*(\S+)\s+(\d+)\s+((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\s+(\d+|static)\s*$/gm)].map(
    (entry2) => ({
      port: portNames.get(Number(entry2[1])) ?? entry2[1] ?? '',
      vlan: Number(entry2[2]),
      macAddress: entry2[3] ?? '',
      ageSeconds: entry2[4] === 'static' ? 0 : Number(entry2[4]),
    }),
  );
}

// src/host/read-neighbours.ts
function readNeighboursText(shown) {
  return [
    ...shown.matchAll(/^(\S+) dev (\S+)(?: lladdr (\S+))?(?: (?:ref|used|probes|router|proxy)\b.*?)?\s+([A-Z]+)\s*$/gm),
  ].map(([, ipAddress = '', dev = '', macAddress = '', state = '']) => ({ ipAddress, dev, macAddress, state }));
}

// src/host/read-ovsdb-list.ts
function readOvsdbList(listed) {
  const tables2 = /* @__PURE__ */ new Map();
  let table = /* @__PURE__ */ new Map();
  let row = {};
  for (const line of listed.split('\n')) {
    const heading = /^### ovs-vsctl list (\S+)/.exec(line);
    if (heading !== null) {
      table = /* @__PURE__ */ new Map();
      tables2.set(heading[1] ?? '', table);
      continue;
    }
    const column = /^(\w+)\s*: (.*)$/.exec(line);
    if (column === null) continue;
    const [, name = '', text2 = ''] = column;
    if (name === '_uuid') {
      row = {};
      table.set(text2, row);
    } else {
      row[name] = readValue(text2);
    }
  }
  const named = (name) => tables2.get(name) ?? /* @__PURE__ */ new Map();
  return { Bridge: named('Bridge'), Port: named('Port'), Interface: named('Interface') };
}
function readValue(text2) {
  if (text2.startsWith('[')) return split(text2.slice(1, -1)).map(readAtom);
  if (!text2.startsWith('{')) return readAtom(text2);
  return new Map(
    split(text2.slice(1, -1)).map((pair) => {
      const [, key = '', value = ''] = /^("(?:[^"\\]|\\.)*"|[^=]*)=(.*)$/s.exec(pair) ?? [];
      return [unquote(key), unquote(value)];
    }),
  );
}
function readAtom(text2) {
  if (text2.startsWith('"')) return unquote(text2);
  if (text2 === 'true' || text2 === 'false') return text2 === 'true';
  return /^-?\d+$/.test(text2) ? Number(text2) : text2;
}
function split(text2) {
  return (text2.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []).map((part) => part.trim());
}
function unquote(text2) {
  return text2.startsWith('"') ? JSON.parse(text2) : text2;
}

// src/host/read-routes.ts
var TYPES = ['unicast', 'local', 'broadcast', 'multicast', 'anycast', 'unreachable', 'blackhole', 'prohibit', 'throw'];
function readRoutesText(shown, ipVersion) {
  return shown.split('\n').flatMap((line) => {
    const words2 = line.trim().split(/\s+/);
    const type = TYPES.includes(words2[0] ?? '') ? (words2.shift() ?? '') : 'unicast';
    const after = (word2) => (words2.includes(word2) ? words2[words2.indexOf(word2) + 1] : void 0);
    const [destination] = words2;
    const dev = after('dev');
    if (type !== 'unicast' || (after('table') ?? 'main') !== 'main') return [];
    if (destination === void 0 || destination === '' || dev === void 0) return [];
    const [via, protocol2, source] = [after('via'), after('proto'), after('src')];
    return [
      {
        destination,
        ...(via === void 0 ? {} : { via }),
        dev,
        ...(protocol2 === void 0 ? {} : { protocol: protocol2 }),
        ...(source === void 0 ? {} : { source }),
        ipVersion,
      },
    ];
  });
}

// src/host/read-ruleset.ts
var TABLES = ['raw', 'mangle', 'nat', 'filter'];
function readRuleset(saved) {
  const tables2 = /* @__PURE__ */ new Map();
  let chains;
  for (const line of saved.split('\n')) {
    const rest = line.trim();
    if (rest === '' || rest.startsWith('#')) continue;
    if (rest.startsWith('*')) {
      chains = tables2.get(rest.slice(1)) ?? /* @__PURE__ */ new Map();
      tables2.set(rest.slice(1), chains);
    } else if (rest === 'COMMIT') {
      chains = void 0;
    } else if (chains === void 0 || !readLine(rest, chains)) {
      throw new Error(`not a line of iptables-save: ${line}`);
    }
  }
  const read = {};
  for (const name of TABLES) {
    const table = tables2.get(name);
    if (table !== void 0) read[name] = Object.fromEntries([...table].map(([chain, open]) => [chain, close(open)]));
  }
  return read;
}
function readLine(line, chains) {
  const head = /^:(\S+) (\S+)/.exec(line);
  if (head !== null) {
    const policy = head[2] === '-' ? {} : { policy: head[2] ?? '' };
    chains.set(head[1] ?? '', { ...policy, rules: [], counters: [] });
    return true;
  }
  const rule = /^(?:\[(\d+):(\d+)\] )?-A (\S+) ?(.*)$/.exec(line);
  const chain = rule === null ? void 0 : chains.get(rule[3] ?? '');
  if (rule === null || chain === void 0) return false;
  chain.rules.push(rule[4] ?? '');
  if (rule[1] !== void 0) chain.counters.push([Number(rule[1]), Number(rule[2])]);
  return true;
}
function close(open) {
  const counted = open.rules.length > 0 && open.counters.length === open.rules.length;
  return {
    ...(open.policy === void 0 ? {} : { policy: open.policy }),
    rules: open.rules,
    ...(counted ? { counters: open.counters } : {}),
  };
}

// src/host/read-dump.ts
function readDump(files) {
  const bridges = readDumpedBridges(files);
  return {
    namespaces: readDumpedNamespaces(files, bridges),
    bridges,
    daemons: readDumpedDaemons(files['var-lib-neutron.txt'] ?? ''),
  };
}
function readDumpedBridges(files) {
  const bridges = readBridges(readOvsdbList(files['ovsdb-list.txt'] ?? ''));
  return Object.fromEntries(
    Object.entries(bridges).map(([name, bridge]) => {
      const description = files[`of-${name}.txt`] ?? '';
      const numbers = readPortNumbers(description);
      return [
        name,
        {
          ...bridge,
          flows: readFlows(files[`flows-${name}.txt`] ?? '', numbers),
          macTable: readMacTable(description, numbers),
        },
      ];
    }),
  );
}
function readDumpedNamespaces(files, bridges) {
  const names = new Set(
    Object.keys(files).flatMap((file) => /^(.+)\.(?:ip|iptables|ipset)\.txt$/.exec(file)?.[1] ?? []),
  );
  const key = (name) => (name === 'root' ? ROOT : name);
  const ip = new Map([...names].map((name) => [name, sections(files[`${name}.ip.txt`] ?? '')]));
  const links = joinPeers(
    Object.fromEntries([...ip].map(([name, shown]) => [key(name), readLinksText(shown.get('ip -d addr') ?? '')])),
  );
  const internal = new Set(
    Object.values(bridges).flatMap(({ ports }) =>
      Object.entries(ports).flatMap(([name, port]) => (port.type === 'internal' ? [name] : [])),
    ),
  );
  return Object.fromEntries(
    [...names].map((name) => {
      const shown = ip.get(name) ?? /* @__PURE__ */ new Map();
      const rules = sections(files[`${name}.iptables.txt`] ?? '');
      return [
        key(name),
        {
          ...emptyNamespace,
          links: nameInternalPorts(links[key(name)] ?? {}, internal, new Set(Object.keys(bridges))),
          routes: [
            ...readRoutesText(shown.get('ip -4 route show table all') ?? '', 4),
            ...readRoutesText(shown.get('ip -6 route show table all') ?? '', 6),
          ],
          neighbours: readNeighboursText(shown.get('ip neigh') ?? ''),
          ipv4: readRuleset(rules.get('iptables-save -c') ?? ''),
          ipv6: readRuleset(rules.get('ip6tables-save -c') ?? ''),
          ipsets: readIpsets(files[`${name}.ipset.txt`] ?? ''),
        },
      ];
    }),
  );
}
function readDumpedDaemons(listing) {
  const daemons = /* @__PURE__ */ new Map();
  for (const [, path = '', id = '', name = '', content = ''] of listing.matchAll(
    /^##### \S+ \S+ (\.\/dhcp\/([^/\n]+)\/([^/\n]+))\n([\s\S]*?)(?=^##### |(?![\s\S]))/gm,
  )) {
    const daemon = daemons.get(id) ?? { files: {} };
    daemons.set(id, daemon);
    if (name === 'pid') daemon.pid = Number(content);
    else daemon.files[path.replace('./', '/var/lib/neutron/')] = content;
  }
  return Object.fromEntries(
    [...daemons].map(([id, daemon]) => [
      `dnsmasq:${id}`,
      { kind: 'dnsmasq', namespace: `qdhcp-${id}`, argv: ['dnsmasq'], ...daemon },
    ]),
  );
}
function sections(file) {
  const found = /* @__PURE__ */ new Map();
  for (const part of file.split(/^### /m).slice(1)) {
    const end = part.indexOf('\n');
    found.set(part.slice(0, end === -1 ? void 0 : end).trim(), end === -1 ? '' : part.slice(end + 1));
  }
  return found;
}

// test/neutron-21/observed.ts
var directory = new URL('../fixtures/neutron-21/', import.meta.url);
function observedStates() {
  return Object.fromEntries(['net1', 'cmp1', 'cmp2'].map((host) => [host, readHost(host)]));
}
function readHost(host) {
  const names = readdirSync(new URL(`${host}/`, directory));
  return readDump(
    Object.fromEntries(names.map((name) => [name, readFileSync(new URL(`${host}/${name}`, directory), 'utf8')])),
  );
}

// test/neutron-21/model.ts
import { readFileSync as readFileSync2 } from 'node:fs';

var isoCidr = '10.0.9.0/24';
var externalCidr = '203.0.113.0/24';
function observedModel(states2) {
  const topology = JSON.parse(readFileSync2(new URL('../fixtures/neutron-21/topo.json', import.meta.url), 'utf8'));
  const { ext, net, iso, sub, fip } = topology;
  return {
    networks: [network(ext, true), network(net, false), network(iso, false)],
    subnets: [
      subnet(sub.id, net.id, sub.cidr, sub.gateway_ip),
      subnet('iso', iso.id, isoCidr, null),
      subnet('ext', ext.id, externalCidr, '203.0.113.1'),
    ],
    ports: [...Object.values(topology.vms).map((vm) => vmPort(vm.host, vm.port)), ...servicePorts(states2)],
    floatingIps: [
      {
        id: fip.id,
        routerId: topology.router.id,
        floatingIpAddress: fip.floating_ip_address,
        fixedIpAddress: fip.fixed_ip_address,
        portId: fip.port_id,
      },
    ],
    routers: [],
    securityGroups: [{ id: topology.sg.id, name: topology.sg.name, stateful: true, rules: [] }],
  };
}
function network(api, external) {
  return {
    id: api.id,
    name: api.name,
    projectId: '',
    networkType: external ? 'flat' : 'vxlan',
    physicalNetwork: external ? 'external' : null,
    segmentationId: null,
    mtu: api.mtu,
    external,
    adminStateUp: true,
  };
}
function subnet(id, networkId, cidr, gatewayIp) {
  return {
    id,
    name: id,
    networkId,
    ipVersion: 4,
    cidr,
    gatewayIp,
    enableDhcp: true,
    dnsNameservers: [],
    hostRoutes: [],
    ipv6RaMode: null,
    ipv6AddressMode: null,
  };
}
var portDefaults = {
  projectId: '',
  adminStateUp: true,
  deviceId: '',
  portSecurityEnabled: true,
  securityGroupIds: [],
  allowedAddressPairs: [],
  extraDhcpOptions: [],
  dnsName: '',
};
function vmPort(host, port) {
  return {
    ...portDefaults,
    id: port.id,
    name: port.name,
    networkId: port.network_id,
    macAddress: port.mac_address,
    fixedIps: port.fixed_ips.map((fixedIp) => ({ subnetId: fixedIp.subnet_id, ipAddress: fixedIp.ip_address })),
    deviceOwner: port.device_owner,
    host,
    securityGroupIds: port.security_groups,
    allowedAddressPairs: port.allowed_address_pairs.map((pair) => ({
      macAddress: pair.mac_address,
      ipAddress: pair.ip_address,
    })),
  };
}
function servicePorts(states2) {
  const state = states2['net1'];
  return Object.entries(state?.bridges['br-int']?.ports ?? {}).flatMap(([device, port]) => {
    const id = port.externalIds['iface-id'];
    const holder = Object.values(state?.namespaces ?? {}).find((namespace) => Object.hasOwn(namespace.links, device));
    if (id === void 0 || holder === void 0) return [];
    const owner = device.startsWith('qr-') ? 'router_interface' : device.startsWith('qg-') ? 'router_gateway' : 'dhcp';
    const [address = ''] = holder.links[device]?.addresses ?? [];
    return [
      {
        ...portDefaults,
        id,
        name: '',
        networkId: port.otherConfig['net_uuid'] ?? '',
        macAddress: port.externalIds['attached-mac'] ?? '',
        fixedIps: [{ subnetId: '', ipAddress: address.split('/')[0] ?? '' }],
        deviceOwner: `network:${owner}`,
        host: 'net1',
      },
    ];
  });
}

// src/model/addresses.ts
var import_ip_address = __toESM(require_ip_address(), 1);
function addressBits(version) {
  return version === 4 ? 32 : 128;
}
function parseAddress(text2) {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text2)) {
    return import_ip_address.Address4.isValid(text2)
      ? { version: 4, value: new import_ip_address.Address4(text2).bigInt() }
      : null;
  }
  if (!/^[0-9a-fA-F:.]+$/.test(text2) || !text2.includes(':')) return null;
  return import_ip_address.Address6.isValid(text2)
    ? { version: 6, value: new import_ip_address.Address6(text2).bigInt() }
    : null;
}
function formatAddress(address) {
  return address.version === 4
    ? import_ip_address.Address4.fromBigInt(address.value).correctForm()
    : import_ip_address.Address6.fromBigInt(address.value).correctForm();
}
function toAddress(text2) {
  const address = parseAddress(text2);
  if (address === null) throw new Error(`not an IP address: ${text2}`);
  return address;
}
function parseCidr(text2) {
  const [ip, length, ...rest] = text2.split('/');
  if (ip === void 0 || length === void 0 || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) return null;
  const address = parseAddress(ip);
  if (address === null) return null;
  const prefixLength3 = Number(length);
  if (prefixLength3 > addressBits(address.version)) return null;
  const hostBits = BigInt(addressBits(address.version) - prefixLength3);
  return { version: address.version, network: (address.value >> hostBits) << hostBits, prefixLength: prefixLength3 };
}
function toCidr(text2) {
  const cidr = parseCidr(text2);
  if (cidr === null) throw new Error(`not a CIDR: ${text2}`);
  return cidr;
}
function cidrRange(cidr) {
  const size = 1n << BigInt(addressBits(cidr.version) - cidr.prefixLength);
  return { version: cidr.version, first: cidr.network, last: cidr.network + size - 1n };
}
function rangeContains(range, address) {
  return range.version === address.version && range.first <= address.value && address.value <= range.last;
}
function cidrContains(cidr, address) {
  return rangeContains(cidrRange(cidr), address);
}
function isInCidr(ip, cidr) {
  return cidrContains(toCidr(cidr), toAddress(ip));
}
function ipVersionOf(text2) {
  return text2.includes('/') ? toCidr(text2).version : toAddress(text2).version;
}

// src/trace/reasons.ts
var reasons = {
  ADDRESS_SPOOFED: {
    message: 'the source address or MAC is not the port\u2019s, so anti-spoofing drops the packet',
    mend: 'send from the port\u2019s own addresses, or allow the pair: openstack port set --allowed-address ip-address=IP,mac-address=MAC PORT',
  },
  ARP_SPOOFED: {
    message: 'the ARP sender address is not the port\u2019s, so br-int drops the packet (table 24)',
    mend: 'openstack port set --allowed-address ip-address=IP PORT',
  },
  ARP_UNANSWERED: {
    message: 'nobody answers ARP for the next hop',
    mend: 'check that a port with this address exists and is ACTIVE: openstack port list --fixed-ip ip-address=IP',
  },
  BRIDGE_FILTER_OFF: {
    message: 'the bridge does not call iptables',
    mend: 'sysctl -w net.bridge.bridge-nf-call-iptables=1',
  },
  DHCP_SERVER_SPOOFED: {
    message: 'a VM may not answer DHCP requests',
    mend: 'disable port security on the port if it is meant to be a DHCP server: openstack port set --disable-port-security PORT',
  },
  FDB_ENTRY_MISSING: {
    message: 'br-tun does not know behind which host the destination MAC is',
    mend: 'restart the agent on this host; check that the destination port is ACTIVE and its host is alive: openstack network agent list',
  },
  FIP_NOT_ASSOCIATED: {
    message: 'the outside cannot reach a fixed IP, and the port has no floating IP',
    mend: 'openstack floating ip create --port PORT NETWORK',
  },
  FIP_NO_ADDRESS: {
    message: 'no router\u2019s external device holds the floating IP, so nobody answers ARP for it',
    mend: 'check the router\u2019s host and its agent: openstack network agent list --router ROUTER',
  },
  FIP_NO_DNAT: {
    message: 'the router holds the floating IP but does not translate it',
    mend: 'restart the agent on the router\u2019s host; the rule belongs in chain neutron-l3-agent-PREROUTING of table nat',
  },
  FLOW_DROP: { message: 'a flow drops the packet', mend: 'compare the flow with what the agent would write' },
  FORWARDING_OFF: {
    message: 'the namespace does not forward packets',
    mend: 'ip netns exec NAMESPACE sysctl -w net.ipv4.ip_forward=1',
  },
  HOST_NOT_OBSERVED: {
    message: 'nothing is known of this host',
    mend: 'check that its agent is alive: openstack network agent list',
  },
  LINK_DOWN: { message: 'the device is down', mend: 'ip link set DEVICE up' },
  LINK_MISSING: { message: 'the device does not exist', mend: 'restart the agent on this host' },
  LOCAL_VLAN_MISMATCH: {
    message: 'the destination\u2019s port on br-int carries another local VLAN than the packet',
    mend: 'restart the agent on this host; compare: ovs-vsctl --columns=name,tag list Port',
  },
  MAC_LEARNED_ELSEWHERE: {
    message: 'the switch learned the destination MAC on another port',
    mend: 'ovs-appctl fdb/flush BRIDGE; look for a second owner of the MAC',
  },
  MTU_TOO_SMALL: {
    message: 'the packet is larger than the device\u2019s MTU',
    mend: 'raise the device\u2019s MTU or lower the network\u2019s: openstack network set --mtu MTU NETWORK',
  },
  NOTHING_LISTENS: {
    message: 'the packet was delivered to a namespace that is not the destination',
    mend: 'check the route and the addresses',
  },
  NO_FLOW: {
    message: 'no flow matches, so the switch drops the packet',
    mend: 'restart the agent on this host: a bridge whose flows were lost is filled again',
  },
  NO_NEIGHBOUR: {
    message: 'no port has the next hop\u2019s address, so nobody answers ARP for it',
    mend: 'openstack port list --fixed-ip ip-address=IP',
  },
  NO_ROUTE: {
    message: 'there is no route to the destination',
    mend: 'set a gateway on the router or the subnet, or add a static route',
  },
  PEER_MISSING: {
    message: 'the other end of the patch or veth pair does not exist',
    mend: 'restart the agent on this host',
  },
  PORT_DEAD: {
    message: 'the port is in VLAN 4095, where an agent parks ports that are not wired or are administratively down',
    mend: 'openstack port set --enable PORT; check the agent on this host',
  },
  PORT_ERROR: {
    message: 'Open vSwitch could not make the port',
    mend: 'ovs-vsctl list Interface DEVICE; look at column error',
  },
  PORT_NOT_WIRED: {
    message: 'the port\u2019s device is not on this host',
    mend: 'check that the VM runs there and was plugged: openstack port show PORT, ovs-vsctl find Interface external_ids:iface-id=PORT',
  },
  PORT_UNBOUND: {
    message: 'the port is bound to no host',
    mend: 'boot or plug its VM, or: openstack port set --host HOST PORT',
  },
  RULE_DROP: {
    message: 'a firewall rule drops the packet',
    mend: 'look at the rule; it is not one that a security group makes',
  },
  SEGMENT_NOT_MAPPED: {
    message: 'no flow translates between the local VLAN and the provider network\u2019s segment',
    mend: 'check bridge_mappings and the network\u2019s provider attributes; restart the agent on this host',
  },
  SG_INVALID: {
    message: 'conntrack calls the packet INVALID: it belongs to no connection, or to one in another zone',
    mend: 'conntrack -L -w ZONE; conntrack -D to forget the connection',
  },
  SG_NO_MATCH: {
    message: 'no rule of the port\u2019s security groups lets the packet through',
    mend: 'openstack security group rule create',
  },
  TUNNEL_FLOW_MISSING: {
    message: 'br-tun does not accept packets of this tunnel port (table 0)',
    mend: 'restart the agent on this host',
  },
  TUNNEL_MISSING: {
    message: 'there is no tunnel between the two hosts',
    mend: 'check local_ip and the agents of both hosts: ovs-vsctl show',
  },
  UNDERLAY_NO_ROUTE: {
    message: 'the host has no route to the tunnel\u2019s other end',
    mend: 'ip route get REMOTE_IP',
  },
  VNI_NOT_MAPPED: {
    message:
      'this host gives the VNI no local VLAN (br-tun table 4): it has no port of the network, or its agent lost it',
    mend: 'check that the destination port is bound to this host; restart its agent',
  },
  WALK_TOO_LONG: {
    message: 'the packet goes in circles',
    mend: 'look for a loop of routes or bridges in the hops above',
  },
};

// src/trace/journey.ts
function linkAt(journey, host, namespace, device) {
  return namespaceAt(journey, host, namespace)?.links[device];
}
function namespaceAt(journey, host, namespace) {
  return journey.states[host]?.namespaces[namespace];
}
function bridgeOfPort(state, port) {
  return Object.entries(state?.bridges ?? {}).find(([, bridge]) => Object.hasOwn(bridge.ports, port))?.[0];
}
function namespaceOfDevice(state, device) {
  const holding = Object.entries(state?.namespaces ?? {}).filter(([, namespace]) =>
    Object.hasOwn(namespace.links, device),
  );
  return (holding.find(([name]) => name !== ROOT) ?? holding[0])?.[0];
}
function withHop(traveller, hop, packet = traveller.packet) {
  return { ...traveller, packet, hops: [...traveller.hops, { ...hop, packet }] };
}
function withEvidence(traveller, evidence, packet) {
  const last = traveller.hops.at(-1);
  if (last === void 0) return { ...traveller, packet };
  const shown = { ...last, packet, evidence: [...last.evidence, ...evidence] };
  return { ...traveller, packet, hops: [...traveller.hops.slice(0, -1), shown] };
}
function stopped(traveller, at, code, message, options2 = {}) {
  const stop = { letter: at.letter, host: at.host, code, message, mend: options2.mend ?? reasons[code].mend };
  return { kind: 'end', traveller, outcome: { kind: 'stops', stop, certain: options2.certain ?? true } };
}
function elsewhere(traveller) {
  return { kind: 'end', traveller, outcome: { kind: 'elsewhere' } };
}
function arrived(traveller) {
  return { kind: 'end', traveller, outcome: { kind: 'arrives' } };
}
function inNamespace(namespace, command) {
  return namespace === ROOT ? command : `ip netns exec ${namespace} ${command}`;
}

// src/trace/trace-model.ts
function portOfDevice(model2, device) {
  const prefix = /^(?:tap|qbr|qvb|qvo|qr-|qg-|sg-|ha-)(.{11})$/.exec(device)?.[1];
  return prefix === void 0 ? void 0 : model2.ports.find((port) => port.id.startsWith(prefix));
}
function portOfAddress(model2, networkId, ipAddress) {
  const onNetwork = model2.ports.filter((port) => port.networkId === networkId);
  return (
    onNetwork.find((port) => port.fixedIps.some((fixedIp) => fixedIp.ipAddress === ipAddress)) ??
    onNetwork.flatMap((port) => port.allowedAddressPairs).find((pair) => pair.ipAddress === ipAddress)
  );
}
function deviceOfPort(port) {
  const short = port.id.slice(0, 11);
  if (port.deviceOwner === 'network:router_gateway') return `qg-${short}`;
  if (
    port.deviceOwner.startsWith('network:router_interface') ||
    port.deviceOwner === 'network:ha_router_replicated_interface'
  ) {
    return `qr-${short}`;
  }
  return `tap${short}`;
}
function isServicePort(deviceOwner) {
  return deviceOwner.startsWith('network:');
}

// src/trace/neighbour.ts
function findNeighbour(journey, host, namespaceName, device, ipAddress) {
  const learned = namespaceAt(journey, host, namespaceName)?.neighbours?.find(
    (neighbour) => neighbour.dev === device && neighbour.ipAddress === ipAddress,
  );
  if (learned !== void 0 && learned.macAddress !== '' && learned.state !== 'FAILED' && learned.state !== 'INCOMPLETE') {
    return { kind: 'known', macAddress: learned.macAddress, from: 'neighbour table' };
  }
  const network2 = portOfDevice(journey.model, device)?.networkId;
  const port = network2 === void 0 ? void 0 : portOfAddress(journey.model, network2, ipAddress);
  if (port !== void 0) return { kind: 'known', macAddress: port.macAddress, from: 'model' };
  const holder = holderOf(journey, ipAddress);
  if (holder !== void 0) return { kind: 'known', macAddress: holder.macAddress, from: 'device' };
  const external = journey.model.networks.find((candidate) => candidate.id === network2)?.external;
  return external === false ? { kind: 'nobody' } : { kind: 'outside' };
}
function holderOf(journey, ipAddress) {
  for (const [host, state] of Object.entries(journey.states)) {
    for (const [namespace, { links }] of Object.entries(state.namespaces)) {
      if (namespace === '') continue;
      for (const [device, link] of Object.entries(links)) {
        const held = device.startsWith('q') && link.addresses.some((address) => address.split('/')[0] === ipAddress);
        if (held && link.macAddress !== void 0) return { host, namespace, device, macAddress: link.macAddress };
      }
    }
  }
  return void 0;
}
function isExternalAddress(journey, ipAddress) {
  const external = new Set(
    journey.model.networks.filter((network2) => network2.external).map((network2) => network2.id),
  );
  return journey.model.subnets.some((subnet2) => external.has(subnet2.networkId) && isInCidr(ipAddress, subnet2.cidr));
}
var strangerMac = '02:00:00:00:00:01';

// src/trace/packet.ts
var protocolNumbers = { icmp: 1, tcp: 6, udp: 17, icmp6: 58 };
var ephemeralPort = 32768;
var echoTypes = { 4: { request: 8, reply: 0 }, 6: { request: 128, reply: 129 } };
function describePacket(packet) {
  const port = hasPorts(packet.protocol) ? ` ${packet.destinationPort}` : '';
  return `${packet.ipSource} -> ${packet.ipDestination} ${packet.protocol}${port}`;
}
function hasPorts(protocol2) {
  return protocol2 === 'tcp' || protocol2 === 'udp';
}

// src/trace/letters.ts
function portLetter(bridge, port, side) {
  if (port.startsWith('qvo')) return 'D';
  if (bridge === 'br-int' && port === 'patch-tun') return side === 'compute' ? 'E' : 'J';
  if (bridge === 'br-tun' && port === 'patch-int') return side === 'compute' ? 'F' : 'I';
  if (bridge === 'br-tun') return side === 'compute' ? 'G' : 'H';
  if (bridge === 'br-int' && port.startsWith('int-')) return 'O';
  if (port.startsWith('phy-')) return 'P';
  if (bridge === 'br-int') return port.startsWith('tap') ? 'D' : '';
  return 'Q';
}
function deviceLetter(namespace, device) {
  if (device.startsWith('qvb')) return 'C';
  if (device.startsWith('qr-')) return 'M';
  if (device.startsWith('qg-')) return 'N';
  if (device.startsWith('tap')) return namespace.startsWith('qdhcp-') ? 'K' : 'B';
  return '';
}

// src/host/iptables-match.ts
function readMatch(tokens, start) {
  const negated = tokens[start] === '!';
  const at = negated ? start + 1 : start;
  const option2 = tokens[at] ?? '';
  const value = tokens[at + 1];
  if (value !== void 0) {
    const simple = readSimple(option2, value, negated);
    if (simple !== null) return { match: simple, next: at + 2 };
    if (option2 === '-m' && !negated) return readModule(tokens, start);
  }
  return unknownUntilNext(tokens, start);
}
function readSimple(option2, value, negated) {
  switch (option2) {
    case '-s':
      return { kind: 'source', negated, cidr: value };
    case '-d':
      return { kind: 'destination', negated, cidr: value };
    case '-i':
      return { kind: 'inInterface', negated, name: value };
    case '-o':
      return { kind: 'outInterface', negated, name: value };
    case '-p':
      return { kind: 'protocol', negated, protocol: value };
    default:
      return null;
  }
}
function readModule(tokens, start) {
  const next = endOfModule(tokens, start + 2);
  const options2 = readOptions(tokens.slice(start + 2, next));
  const match = options2 === null ? null : moduleMatch(tokens[start + 1] ?? '', options2);
  return { match: match ?? { kind: 'unknown', text: tokens.slice(start, next).join(' ') }, next };
}
var boundaries = /* @__PURE__ */ new Set(['-m', '-j', '-g', '-s', '-d', '-i', '-o', '-p']);
function endOfModule(tokens, start) {
  let next = start;
  while (next < tokens.length && !boundaries.has(tokens[next] ?? '')) next += tokens[next] === '--comment' ? 2 : 1;
  return Math.min(next, tokens.length);
}
function unknownUntilNext(tokens, start) {
  const next = Math.max(endOfModule(tokens, start + 1), start + 1);
  return { match: { kind: 'unknown', text: tokens.slice(start, next).join(' ') }, next };
}
function readOptions(tokens) {
  const options2 = [];
  let negated = false;
  let expectsText = false;
  for (const token of tokens) {
    const last = options2.at(-1);
    if (token === '!' && !expectsText) negated = true;
    else if (token.startsWith('--') && !expectsText) {
      options2.push({ name: token.slice(2), negated, values: [] });
      negated = false;
      expectsText = token === '--comment';
    } else if (last === void 0 || negated) return null;
    else {
      last.values.push(token);
      expectsText = false;
    }
  }
  return negated ? null : options2;
}
function moduleMatch(module, options2) {
  switch (module) {
    case 'physdev':
      return physdevMatch(options2);
    case 'tcp':
    case 'udp':
    case 'udplite':
    case 'sctp':
    case 'dccp':
      return portsMatch(module, options2);
    default:
      return singleOption(module, options2);
  }
}
function physdevMatch(options2) {
  if (options2.some((option2) => option2.name.startsWith('physdev-is-') && option2.negated)) return null;
  const names = options2.map((option2) => option2.name);
  return {
    kind: 'physdev',
    in: negatable(options2, 'physdev-in'),
    out: negatable(options2, 'physdev-out'),
    isIn: names.includes('physdev-is-in'),
    isOut: names.includes('physdev-is-out'),
    isBridged: names.includes('physdev-is-bridged'),
  };
}
function portsMatch(module, options2) {
  const [first] = options2;
  if (first?.name === 'tcp-flags' && options2.length === 1) {
    return { kind: 'tcpFlags', negated: first.negated, mask: first.values[0] ?? '', set: first.values[1] ?? '' };
  }
  if (options2.some((option2) => option2.name !== 'sport' && option2.name !== 'dport')) return null;
  return { kind: 'ports', module, source: negatable(options2, 'sport'), destination: negatable(options2, 'dport') };
}
function negatable(options2, name) {
  const option2 = options2.find((candidate) => candidate.name === name);
  return option2 === void 0 ? null : { negated: option2.negated, value: option2.values[0] ?? '' };
}
function singleOption(module, options2) {
  const [option2] = options2;
  if (option2 === void 0 || options2.length !== 1) return null;
  const { negated, values } = option2;
  const value = values[0] ?? '';
  switch (`${module} ${option2.name}`) {
    case 'mac mac-source':
      return { kind: 'mac', negated, macAddress: value };
    case 'state state':
    case 'conntrack ctstate':
      return { kind: 'state', module: module === 'state' ? 'state' : 'conntrack', negated, states: value.split(',') };
    case 'set match-set':
      return { kind: 'set', negated, name: value, directions: (values[1] ?? '').split(',') };
    case 'mark mark':
    case 'connmark mark':
      return markMatch(module === 'mark' ? 'mark' : 'connmark', negated, value);
    case 'icmp icmp-type':
      return { kind: 'icmp', family: 4, negated, type: value };
    case 'icmp6 icmpv6-type':
      return { kind: 'icmp', family: 6, negated, type: value };
    case 'multiport sports':
    case 'multiport dports':
    case 'multiport ports':
      return multiportMatch(option2.name, negated, value);
    case 'comment comment':
      return negated ? null : { kind: 'comment', text: value };
    default:
      return null;
  }
}
function markMatch(kind, negated, text2) {
  const [value = '', mask] = text2.split('/');
  return { kind, negated, value: Number(value), mask: mask === void 0 ? null : Number(mask) };
}
function multiportMatch(name, negated, text2) {
  if (name !== 'sports' && name !== 'dports' && name !== 'ports') return null;
  return { kind: 'multiport', option: name, negated, ports: text2.split(',') };
}

// src/host/iptables-token.ts
function splitTokens(text2) {
  const tokens = text2.match(/"(?:\\.|[^"\\])*"|\S+/gs) ?? [];
  return tokens.map((token) => (token.startsWith('"') ? token.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : token));
}
function quoteToken(value) {
  return /^[A-Za-z0-9_-]+$/.test(value) ? value : `"${value.replaceAll(/["\\']/g, '\\$&')}"`;
}

// src/host/iptables-print.ts
function printMatches(matches2) {
  return matches2.map(printMatch).join(' ');
}
function printMatch(match) {
  switch (match.kind) {
    case 'source':
      return `${not(match.negated)}-s ${match.cidr}`;
    case 'destination':
      return `${not(match.negated)}-d ${match.cidr}`;
    case 'inInterface':
      return `${not(match.negated)}-i ${match.name}`;
    case 'outInterface':
      return `${not(match.negated)}-o ${match.name}`;
    case 'protocol':
      return `${not(match.negated)}-p ${match.protocol}`;
    case 'physdev':
      return [
        '-m physdev',
        ...option('physdev-in', match.in),
        ...option('physdev-out', match.out),
        ...(match.isIn ? ['--physdev-is-in'] : []),
        ...(match.isOut ? ['--physdev-is-out'] : []),
        ...(match.isBridged ? ['--physdev-is-bridged'] : []),
      ].join(' ');
    case 'ports':
      return [`-m ${match.module}`, ...option('sport', match.source), ...option('dport', match.destination)].join(' ');
    case 'tcpFlags':
      return `-m tcp ${not(match.negated)}--tcp-flags ${match.mask} ${match.set}`;
    case 'mac':
      return `-m mac ${not(match.negated)}--mac-source ${match.macAddress}`;
    case 'state':
      return `-m ${match.module} ${not(match.negated)}--${match.module === 'state' ? 'state' : 'ctstate'} ${match.states.join(',')}`;
    case 'set':
      return `-m set ${not(match.negated)}--match-set ${match.name} ${match.directions.join(',')}`;
    case 'mark':
    case 'connmark':
      return `-m ${match.kind} ${not(match.negated)}--mark ${hex(match.value)}${match.mask === null ? '' : `/${hex(match.mask)}`}`;
    case 'icmp':
      return match.family === 4
        ? `-m icmp ${not(match.negated)}--icmp-type ${match.type}`
        : `-m icmp6 ${not(match.negated)}--icmpv6-type ${match.type}`;
    case 'multiport':
      return `-m multiport ${not(match.negated)}--${match.option} ${match.ports.join(',')}`;
    case 'comment':
      return `-m comment --comment ${quoteToken(match.text)}`;
    case 'unknown':
      return match.text;
  }
}
function printTarget(target) {
  switch (target.kind) {
    case 'accept':
    case 'drop':
    case 'return':
      return `-j ${target.kind.toUpperCase()}`;
    case 'jump':
      return `-j ${target.chain}`;
    case 'goto':
      return `-g ${target.chain}`;
    case 'reject':
      return target.with === null ? '-j REJECT' : `-j REJECT --reject-with ${target.with}`;
    case 'dnat':
      return ['-j DNAT --to-destination', target.to, ...target.flags].join(' ');
    case 'snat':
      return ['-j SNAT --to-source', target.to, ...target.flags].join(' ');
    case 'redirect':
      return target.toPorts === null ? '-j REDIRECT' : `-j REDIRECT --to-ports ${target.toPorts}`;
    case 'masquerade':
      return ['-j MASQUERADE', ...target.flags].join(' ');
    case 'mark':
      return `-j MARK --set-xmark ${hex(target.value)}/${hex(target.mask)}`;
    case 'connmarkSet':
      return `-j CONNMARK --set-xmark ${hex(target.value)}/${hex(target.mask)}`;
    case 'connmark':
      return `-j CONNMARK --${target.action}-mark --nfmask ${hex(target.nfmask)} --ctmask ${hex(target.ctmask)}`;
    case 'ctZone':
      return `-j CT --zone ${target.zone}`;
    case 'ctNotrack':
      return '-j CT --notrack';
    case 'checksum':
      return '-j CHECKSUM --checksum-fill';
    case 'unknown':
      return target.text;
  }
}
function not(negated) {
  return negated ? '! ' : '';
}
function option(name, value) {
  return value === null ? [] : [`${not(value.negated)}--${name} ${value.value}`];
}
function hex(value) {
  return `0x${value.toString(16)}`;
}

// src/host/iptables-target.ts
function readTarget(tokens) {
  const text2 = tokens.join(' ');
  const [option2 = '', name = '', ...rest] = tokens;
  const target = option2 === '-g' ? readGoto(name, rest) : readJump(name, rest);
  return target !== null && printTarget(target) === text2 ? target : { kind: 'unknown', text: text2 };
}
function readGoto(chain, rest) {
  return rest.length === 0 && chain !== '' ? { kind: 'goto', chain } : null;
}
function readJump(name, rest) {
  const [option2 = '', value = ''] = rest;
  switch (name) {
    case 'ACCEPT':
      return { kind: 'accept' };
    case 'DROP':
      return { kind: 'drop' };
    case 'RETURN':
      return { kind: 'return' };
    case 'REJECT':
      return { kind: 'reject', with: option2 === '--reject-with' ? value : null };
    case 'DNAT':
      return { kind: 'dnat', to: value, flags: rest.slice(2) };
    case 'SNAT':
      return { kind: 'snat', to: value, flags: rest.slice(2) };
    case 'REDIRECT':
      return { kind: 'redirect', toPorts: option2 === '--to-ports' ? value : null };
    case 'MASQUERADE':
      return { kind: 'masquerade', flags: rest };
    case 'MARK':
      return readMark('mark', option2, value);
    case 'CONNMARK':
      return readConnmark(rest);
    case 'CT':
      return option2 === '--notrack' ? { kind: 'ctNotrack' } : { kind: 'ctZone', zone: Number(value) };
    case 'CHECKSUM':
      return { kind: 'checksum' };
    default:
      return rest.length === 0 && name !== '' ? { kind: 'jump', chain: name } : null;
  }
}
function readMark(kind, option2, text2) {
  if (option2 !== '--set-xmark') return null;
  const [value = '', mask = ''] = text2.split('/');
  return { kind, value: Number(value), mask: Number(mask) };
}
function readConnmark(rest) {
  const [action = '', nfmaskOption, nfmask = '', ctmaskOption, ctmask = ''] = rest;
  if (action === '--set-xmark') return readMark('connmarkSet', action, rest[1] ?? '');
  if (nfmaskOption !== '--nfmask' || ctmaskOption !== '--ctmask') return null;
  if (action !== '--save-mark' && action !== '--restore-mark') return null;
  const direction = action === '--save-mark' ? 'save' : 'restore';
  return { kind: 'connmark', action: direction, nfmask: Number(nfmask), ctmask: Number(ctmask) };
}

// src/host/iptables.ts
function parseRule(text2) {
  const tokens = splitTokens(text2);
  const matches2 = [];
  let position = 0;
  while (position < tokens.length && tokens[position] !== '-j' && tokens[position] !== '-g') {
    const read = readMatch(tokens, position);
    matches2.push(read.match);
    position = read.next;
  }
  const target = position < tokens.length ? readTarget(tokens.slice(position)) : null;
  const rule = { matches: matches2, target };
  return printRule(rule) === text2 ? rule : { matches: [{ kind: 'unknown', text: text2 }], target: null };
}
function printRule(rule) {
  const matches2 = printMatches(rule.matches);
  if (rule.target === null) return matches2;
  return matches2 === '' ? printTarget(rule.target) : `${matches2} ${printTarget(rule.target)}`;
}

// src/trace/iptables-match.ts
function matches(match, at, ipsets) {
  const { packet } = at;
  switch (match.kind) {
    case 'source':
      return inCidr(packet.ipSource, match.cidr) !== match.negated;
    case 'destination':
      return inCidr(packet.ipDestination, match.cidr) !== match.negated;
    case 'inInterface':
      return isInterface(at.inInterface, match.name) !== match.negated;
    case 'outInterface':
      return isInterface(at.outInterface, match.name) !== match.negated;
    case 'protocol':
      return isProtocol(packet.protocol, match.protocol) !== match.negated;
    case 'physdev':
      return (
        isPhysdev(at.physdevIn, match.in) &&
        isPhysdev(at.physdevOut, match.out) &&
        (!match.isIn || at.physdevIn !== null) &&
        (!match.isOut || at.physdevOut !== null) &&
        (!match.isBridged || (at.physdevIn !== null && at.physdevOut !== null))
      );
    case 'mac':
      return (packet.macSource === match.macAddress.toLowerCase()) !== match.negated;
    case 'state':
      return match.states.some((state) => isState(at, state)) !== match.negated;
    case 'set':
      return setMatch(match, packet, ipsets);
    case 'mark':
      return isMark(at.mark, match.value, match.mask) !== match.negated;
    case 'connmark':
      return isMark(at.connmark, match.value, match.mask) !== match.negated;
    case 'ports':
      return (
        packet.protocol === match.module &&
        isPort(packet.sourcePort, match.source) &&
        isPort(packet.destinationPort, match.destination)
      );
    case 'multiport':
      return multiportMatch2(match.option, match.ports, packet) !== match.negated;
    case 'icmp':
      return icmpMatch(match.family, match.type, packet) !== match.negated;
    case 'comment':
      return true;
    case 'tcpFlags':
    case 'unknown':
      return null;
  }
}
function inCidr(address, cidr) {
  return cidr.includes('/') ? isInCidr(address, cidr) : parseAddress(address)?.value === parseAddress(cidr)?.value;
}
function isInterface(name, pattern) {
  if (name === null) return false;
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
function isPhysdev(name, wanted) {
  return wanted === null || isInterface(name, wanted.value) !== wanted.negated;
}
function isProtocol(protocol2, text2) {
  const name = text2 === 'ipv6-icmp' || text2 === 'icmpv6' ? 'icmp6' : text2;
  return name === 'all' || name === protocol2 || name === String(protocolNumbers[protocol2]);
}
function isState(at, state) {
  if (state === 'DNAT') return at.dnat;
  if (state === 'SNAT') return at.snat;
  return state === at.state;
}
function setMatch(match, packet, ipsets) {
  const [direction, ...more] = match.directions;
  if (more.length > 0 || (direction !== 'src' && direction !== 'dst')) return null;
  const address = direction === 'src' ? packet.ipSource : packet.ipDestination;
  const members = ipsets[match.name]?.members ?? [];
  return members.some((member) => inCidr(address, member)) !== match.negated;
}
function isMark(mark, value, mask) {
  return (mark & (mask ?? 4294967295)) >>> 0 === value;
}
function isPort(port, wanted) {
  return wanted === null || inRange(port, wanted.value) !== wanted.negated;
}
function inRange(port, text2) {
  const [first = '', last = first] = text2.split(':');
  return port >= Number(first) && port <= Number(last);
}
function multiportMatch2(option2, ranges, packet) {
  const within = (port) => ranges.some((range) => inRange(port, range));
  if (option2 === 'sports') return within(packet.sourcePort);
  if (option2 === 'dports') return within(packet.destinationPort);
  return within(packet.sourcePort) || within(packet.destinationPort);
}
function icmpMatch(family, text2, packet) {
  if (packet.protocol !== (family === 4 ? 'icmp' : 'icmp6')) return false;
  if (text2 === 'any') return true;
  const [type, code] = text2.split('/');
  return packet.sourcePort === Number(type) && (code === void 0 || packet.destinationPort === Number(code));
}

// src/trace/iptables.ts
var maxDepth = 64;
function traverse(namespace, table, hook, packet) {
  const ruleset = packet.packet.ipVersion === 4 ? namespace.ipv4 : namespace.ipv6;
  const walk = {
    chains: ruleset[table] ?? {},
    ipsets: namespace.ipsets,
    table,
    steps: [],
    assumptions: /* @__PURE__ */ new Set(),
    packet,
    translation: null,
    zone: null,
  };
  const end = runChain(walk, hook, 0);
  const policy = walk.chains[hook]?.policy === 'DROP' ? 'drop' : 'accept';
  return {
    verdict: end.kind === 'verdict' ? end.verdict : policy,
    decidedBy: end.kind === 'verdict' ? end.step : null,
    steps: walk.steps,
    packet: walk.packet,
    translation: walk.translation,
    zone: walk.zone,
    assumptions: [...walk.assumptions],
  };
}
var parsed = /* @__PURE__ */ new WeakMap();
function rulesOf(chain) {
  const known = parsed.get(chain);
  if (known !== void 0) return known;
  const rules = chain.rules.map(parseRule);
  parsed.set(chain, rules);
  return rules;
}
function runChain(walk, name, depth) {
  const chain = Object.hasOwn(walk.chains, name) ? walk.chains[name] : void 0;
  if (chain === void 0 || depth > maxDepth) return { kind: 'returned' };
  for (const [index, rule] of rulesOf(chain).entries()) {
    const text2 = chain.rules[index] ?? '';
    if (!ruleMatches(walk, name, rule, text2)) continue;
    const step2 = { table: walk.table, chain: name, text: text2, rule };
    walk.steps.push(step2);
    if (rule.target === null) continue;
    const end = applyTarget(walk, rule.target, step2, depth);
    if (end !== null) return end;
  }
  return { kind: 'returned' };
}
function ruleMatches(walk, chain, rule, text2) {
  let known = true;
  for (const match of rule.matches) {
    const holds = matches(match, walk.packet, walk.ipsets);
    if (holds === false) return false;
    if (holds === null) known = false;
  }
  if (!known) walk.assumptions.add(`taken not to match, because a part is not known: -A ${chain} ${text2}`);
  return known;
}
function applyTarget(walk, target, step2, depth) {
  switch (target.kind) {
    case 'accept':
      return { kind: 'verdict', verdict: 'accept', step: step2 };
    case 'drop':
    case 'reject':
      return { kind: 'verdict', verdict: 'drop', step: step2 };
    case 'return':
      return { kind: 'returned' };
    case 'jump': {
      const end = runChain(walk, target.chain, depth + 1);
      return end.kind === 'verdict' ? end : null;
    }
    case 'goto':
      return runChain(walk, target.chain, depth + 1);
    case 'dnat':
    case 'snat':
      walk.translation = { kind: target.kind, ...splitTarget(target.to), step: step2 };
      return { kind: 'verdict', verdict: 'accept', step: step2 };
    case 'redirect':
      walk.translation = {
        kind: 'redirect',
        address: null,
        port: target.toPorts === null ? null : Number(target.toPorts),
        step: step2,
      };
      return { kind: 'verdict', verdict: 'accept', step: step2 };
    case 'masquerade':
      walk.translation = { kind: 'snat', address: null, port: null, step: step2 };
      return { kind: 'verdict', verdict: 'accept', step: step2 };
    case 'ctZone':
      walk.zone ??= target.zone;
      return null;
    case 'ctNotrack':
      walk.packet = { ...walk.packet, state: 'UNTRACKED' };
      return null;
    case 'checksum':
      return null;
    case 'unknown':
      walk.assumptions.add(`target not known, taken to let the packet go on: ${step2.text}`);
      return null;
    default:
      walk.packet = marked(walk.packet, target);
      return null;
  }
}
function marked(packet, target) {
  const xmark = (old, value, mask) => ((old & ~mask) ^ value) >>> 0;
  switch (target.kind) {
    case 'mark':
      return { ...packet, mark: xmark(packet.mark, target.value, target.mask) };
    case 'connmarkSet':
      return { ...packet, connmark: xmark(packet.connmark, target.value, target.mask) };
    case 'connmark':
      return target.action === 'save'
        ? { ...packet, connmark: xmark(packet.connmark, packet.mark & target.nfmask, target.ctmask) }
        : { ...packet, mark: xmark(packet.mark, packet.connmark & target.ctmask, target.nfmask) };
  }
}
function splitTarget(text2) {
  const read = /^(?:\[([^\]]*)\]|([^:-]*|[0-9a-f:]*))(?:-[^:]*)?(?::(\d+)(?:-\d+)?)?$/i.exec(text2);
  const address = read?.[1] ?? read?.[2] ?? '';
  return { address: address === '' ? null : address, port: read?.[3] === void 0 ? null : Number(read[3]) };
}

// src/trace/nat.ts
var tables = {
  PREROUTING: ['raw', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter'],
  FORWARD: ['mangle', 'filter'],
  OUTPUT: ['raw', 'mangle', 'nat', 'filter'],
  POSTROUTING: ['mangle', 'nat'],
};
function passHook(namespace, hook, start, ownAddress3) {
  let packet = start;
  let decisive = null;
  const traversals = [];
  for (const table of tables[hook]) {
    if (table === 'nat' && packet.state !== 'NEW') continue;
    const traversal = traverse(namespace, table, hook, packet);
    traversals.push(traversal);
    packet = translate(traversal, ownAddress3);
    if (traversal.verdict === 'drop') return { verdict: 'drop', packet, traversals, decisive: traversal };
    if (traversal.translation !== null) decisive = traversal;
  }
  return { verdict: 'accept', packet, traversals, decisive };
}
function translate(traversal, ownAddress3) {
  const { translation, packet: at } = traversal;
  if (translation === null) return at;
  const address = translation.address ?? ownAddress3;
  if (translation.kind === 'snat') {
    const packet2 = { ...at.packet, ipSource: address, sourcePort: translation.port ?? at.packet.sourcePort };
    return { ...at, packet: packet2, snat: true };
  }
  const packet = {
    ...at.packet,
    ipDestination: address,
    destinationPort: translation.port ?? at.packet.destinationPort,
  };
  return { ...at, packet, dnat: true };
}
function answers(packet, after) {
  return (
    packet.ipSource === after.ipDestination &&
    packet.ipDestination === after.ipSource &&
    packet.protocol === after.protocol
  );
}

// src/trace/physical.ts
function physicalPorts(states2) {
  return Object.entries(states2).flatMap(([host, state]) =>
    Object.entries(state.bridges)
      .filter(([, bridge]) =>
        Object.entries(bridge.ports).some(([name, port]) => port.type === 'patch' && name.startsWith('phy-')),
      )
      .flatMap(([bridge, { ports }]) =>
        Object.entries(ports).flatMap(([port, { type }]) => (type === '' ? [{ host, bridge, port }] : [])),
      ),
  );
}

// src/trace/rule-evidence.ts
function ruleEvidence(namespace, packet, step2) {
  const tool = packet.ipVersion === 4 ? 'iptables' : 'ip6tables';
  const table = step2.table === 'filter' ? '' : ` -t ${step2.table}`;
  return {
    command: inNamespace(namespace, `${tool}${table} -S ${step2.chain}`),
    text: `-A ${step2.chain} ${step2.text}`,
  };
}

// src/trace/namespace-hops.ts
function enterHop(here, traveller, namespace, route) {
  const link = namespace.links[here.device];
  return withHop(traveller, {
    letter: deviceLetter(here.namespace, here.device),
    host: here.host,
    namespace: here.namespace,
    device: here.device,
    place: here.namespace,
    what: routeWords(route),
    because: link?.macAddress === void 0 ? '' : `its MAC ${link.macAddress}`,
    evidence: [
      { command: inNamespace(here.namespace, `ip addr show ${here.device}`), text: (link?.addresses ?? []).join(', ') },
      {
        command: inNamespace(here.namespace, 'ip route'),
        text: route.kind === 'forward' ? route.text : routeWords(route),
      },
    ],
  });
}
function routeWords(route) {
  switch (route.kind) {
    case 'local':
      return `for itself: ${route.device} has the address`;
    case 'forward':
      return `route: ${route.text}`;
    case 'none':
      return 'no route';
  }
}
function natHop(here, traveller, hook, memory, packet) {
  const change = changeWords(traveller.packet, packet);
  if (change === '') return { ...traveller, packet };
  const step2 = hook.decisive?.translation?.step ?? null;
  const evidence =
    step2 === null
      ? [{ command: inNamespace(here.namespace, 'conntrack -L'), text: memory === null ? '' : conntrackWords(memory) }]
      : [ruleEvidence(here.namespace, packet, step2)];
  return withHop(
    traveller,
    {
      letter: '',
      host: here.host,
      namespace: here.namespace,
      device: 'nat',
      place: here.namespace,
      what: change,
      because: step2 === null ? 'conntrack' : chainWords(step2.chain),
      evidence,
    },
    packet,
  );
}
function changeWords(before, after) {
  const ends = [
    [`${before.ipSource}`, `${after.ipSource}`],
    [`${before.ipDestination}`, `${after.ipDestination}`],
    [`port ${before.destinationPort}`, `port ${after.destinationPort}`],
  ];
  return ends.flatMap(([from, to]) => (from === to ? [] : [`${from} -> ${to}`])).join(', ');
}
function chainWords(chain) {
  if (chain.endsWith('float-snat')) return `${chain} (floating IP)`;
  if (chain.endsWith('-snat')) return `${chain} (router\u2019s own address)`;
  return chain;
}
function conntrackWords(memory) {
  const { before, after } = memory;
  return `src=${before.ipSource} dst=${before.ipDestination} \u2026 src=${after.ipDestination} dst=${after.ipSource}`;
}
function remembered(journey, host, namespace, packet) {
  return (
    journey.remembered.find(
      (entry2) => entry2.host === host && entry2.namespace === namespace && answers(packet, entry2.after),
    ) ?? null
  );
}
function reversed(packet, memory, end) {
  return end === 'destination'
    ? { ...packet, ipDestination: memory.before.ipSource, destinationPort: memory.before.sourcePort }
    : { ...packet, ipSource: memory.before.ipDestination, sourcePort: memory.before.destinationPort };
}
function dropMove(here, traveller, hook) {
  const step2 = hook.decisive?.decidedBy ?? null;
  const rule = step2 === null ? 'a chain\u2019s policy' : `-A ${step2.chain} ${step2.text}`;
  const letter = deviceLetter(here.namespace, here.device);
  return stopped(traveller, { letter, host: here.host }, 'RULE_DROP', `${here.namespace}: dropped by ${rule}`);
}

// src/trace/routing.ts
function lookUpRoute(namespace, destination) {
  const wanted = parseAddress(destination);
  if (wanted === null) return { kind: 'none' };
  for (const [device, link] of Object.entries(namespace.links)) {
    const own = link.addresses.some((address) => {
      const held = parseAddress(address.split('/')[0] ?? '');
      return held?.version === wanted.version && held.value === wanted.value;
    });
    if (own) return { kind: 'local', device };
  }
  let best = null;
  for (const route2 of [...namespace.routes, ...connectedRoutes(namespace)]) {
    if (route2.ipVersion !== wanted.version) continue;
    const length = prefixLength(route2);
    const covers = route2.destination === 'default' || isInCidr(destination, withLength(route2));
    if (covers && (best === null || length > best.length)) best = { route: route2, length };
  }
  if (best === null) return { kind: 'none' };
  const { route } = best;
  return { kind: 'forward', device: route.dev, nextHop: route.via ?? destination, text: routeText(route) };
}
function connectedRoutes(namespace) {
  return Object.entries(namespace.links).flatMap(([dev, link]) =>
    link.up === false
      ? []
      : link.addresses.map((address) => ({
          destination: address,
          dev,
          protocol: 'kernel',
          ipVersion: address.includes(':') ? 6 : 4,
        })),
  );
}
function prefixLength(route) {
  if (route.destination === 'default') return 0;
  const length = route.destination.split('/')[1];
  return length === void 0 ? (route.ipVersion === 4 ? 32 : 128) : Number(length);
}
function withLength(route) {
  return route.destination.includes('/') ? route.destination : `${route.destination}/${prefixLength(route)}`;
}
function routeText(route) {
  return `${route.destination}${route.via === void 0 ? '' : ` via ${route.via}`} dev ${route.dev}`;
}

// src/trace/walk-forward.ts
function walkForward(journey, here, namespace, traveller, context, memory) {
  const at = { letter: deviceLetter(here.namespace, here.device), host: here.host };
  const route = lookUpRoute(namespace, context.packet.ipDestination);
  if (route.kind !== 'forward') {
    const message = `${here.namespace} has no route to ${context.packet.ipDestination}`;
    return stopped(traveller, at, 'NO_ROUTE', message);
  }
  const forwards = context.inInterface !== null;
  if (forwards && !mayForward(namespace, context.packet.ipVersion)) {
    const mend = inNamespace(here.namespace, `sysctl -w ${forwardingKey(context.packet.ipVersion)}=1`);
    return stopped(traveller, at, 'FORWARDING_OFF', `${here.namespace} does not forward`, { mend });
  }
  const leaving = { ...context, outInterface: route.device };
  const filter = forwards ? passHook(namespace, 'FORWARD', leaving, '') : null;
  if (filter?.verdict === 'drop') return dropMove(here, traveller, filter);
  const post = passHook(
    namespace,
    'POSTROUTING',
    filter?.packet ?? leaving,
    ownAddress(namespace, route.device, context),
  );
  if (post.verdict === 'drop') return dropMove(here, traveller, post);
  const packet = memory === null ? post.packet.packet : reversed(post.packet.packet, memory, 'source');
  const translated = natHop({ ...here, device: route.device }, traveller, post, memory, packet);
  return sendOn(journey, here, namespace, remember(here, traveller, translated), route);
}
function remember(here, before, after) {
  const entered = before.hops.findLast(
    (hop) => hop.host === here.host && hop.namespace === here.namespace && hop.letter !== '',
  );
  const first = entered?.packet ?? before.packet;
  const changed = first.ipSource !== after.packet.ipSource || first.ipDestination !== after.packet.ipDestination;
  if (!changed) return after;
  const entry2 = { host: here.host, namespace: here.namespace, before: first, after: after.packet };
  return { ...after, translations: [...after.translations, entry2] };
}
function sendOn(journey, here, namespace, traveller, route) {
  const { packet } = traveller;
  const link = namespace.links[route.device];
  const letter = deviceLetter(here.namespace, route.device);
  const neighbour = findNeighbour(journey, here.host, here.namespace, route.device, route.nextHop);
  if (neighbour.kind === 'nobody') {
    const message = `no port has ${route.nextHop}, so nobody answers ARP on ${route.device}`;
    const mend = `openstack port list --fixed-ip ip-address=${route.nextHop}`;
    return stopped(traveller, { letter, host: here.host }, 'NO_NEIGHBOUR', message, { mend });
  }
  const macDestination = neighbour.kind === 'known' ? neighbour.macAddress : strangerMac;
  const sent = {
    ...packet,
    macSource: link?.macAddress ?? packet.macSource,
    macDestination,
    ttl: packet.ttl - 1,
    vlan: null,
  };
  const whose = neighbour.kind === 'known' ? macDestination : 'the MAC that it answers with';
  const hop = {
    letter,
    host: here.host,
    namespace: here.namespace,
    device: route.device,
    place: here.namespace,
    what: `to ${route.nextHop} at ${whose}`,
    because: neighbour.kind === 'known' ? neighbour.from : 'outside',
    evidence: [
      { command: inNamespace(here.namespace, `ip route get ${packet.ipDestination}`), text: route.text },
      { command: inNamespace(here.namespace, `ip neigh show ${route.nextHop}`), text: macDestination },
    ],
  };
  const assumptions =
    neighbour.kind === 'outside'
      ? [...traveller.assumptions, `${route.nextHop} is outside and answers ARP`]
      : traveller.assumptions;
  return {
    kind: 'sent',
    host: here.host,
    namespace: here.namespace,
    device: route.device,
    traveller: withHop({ ...traveller, assumptions }, hop, sent),
  };
}
function forwardingKey(version) {
  return version === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
}
function mayForward(namespace, version) {
  return namespace.sysctls[forwardingKey(version)] !== '0';
}
function ownAddress(namespace, device, context) {
  const addresses = namespace.links[device]?.addresses ?? [];
  const own = addresses.find((address) => address.includes(':') === (context.packet.ipVersion === 6));
  return own?.split('/')[0] ?? context.packet.ipSource;
}

// src/trace/walk-namespace.ts
function walkNamespace(journey, move) {
  const { host, device, traveller } = move;
  const namespace = namespaceAt(journey, host, move.namespace);
  const link = namespace?.links[device];
  if (namespace === void 0 || link === void 0) return [];
  if (!isForLink(traveller.packet, link)) return [elsewhere(traveller)];
  const arriving = firstView(traveller.packet, journey.connection, device);
  const memory = remembered(journey, host, move.namespace, traveller.packet);
  const hook = passHook(namespace, 'PREROUTING', arriving, ownAddress2(link, traveller.packet));
  const packet = memory === null ? hook.packet.packet : reversed(hook.packet.packet, memory, 'destination');
  const route = lookUpRoute(namespace, packet.ipDestination);
  const entered = enterHop(move, noted(traveller, hook), namespace, route);
  if (hook.verdict === 'drop') return [dropMove(move, entered, hook)];
  const translated = natHop(move, entered, hook, memory, packet);
  const context = { ...hook.packet, packet };
  if (route.kind === 'local') return [walkInput(journey, move, namespace, translated, context)];
  return [walkForward(journey, move, namespace, translated, context, memory)];
}
function firstView(packet, state, inInterface) {
  return {
    packet,
    state,
    dnat: false,
    snat: false,
    mark: 0,
    connmark: 0,
    inInterface,
    outInterface: null,
    physdevIn: null,
    physdevOut: null,
  };
}
function noted(traveller, hook) {
  const assumptions = hook.traversals.flatMap((traversal) => traversal.assumptions);
  return { ...traveller, side: 'network', assumptions: [...traveller.assumptions, ...assumptions] };
}
function isForLink(packet, link) {
  const multicast = (Number.parseInt(packet.macDestination.slice(0, 2), 16) & 1) === 1;
  return multicast || link.macAddress === void 0 || link.macAddress === packet.macDestination;
}
function ownAddress2(link, packet) {
  const own = link.addresses.find((address) => address.includes(':') === (packet.ipVersion === 6));
  return own?.split('/')[0] ?? packet.ipDestination;
}
function walkInput(journey, move, namespace, traveller, context) {
  const { host, device } = move;
  const at = { letter: deviceLetter(move.namespace, device), host };
  const input = passHook(namespace, 'INPUT', context, context.packet.ipDestination);
  if (input.verdict === 'drop') return dropMove(move, traveller, input);
  const { to } = journey;
  const asked = traveller.hops[0]?.packet.ipDestination;
  if (to.kind === 'outside') {
    if (context.dnat && asked === to.ipAddress) return arrived(traveller);
  } else {
    const isHere = Object.hasOwn(namespace.links, to.device) && to.host === host;
    if (isHere && (context.packet.ipDestination === to.ipAddress || asked === to.address)) return arrived(traveller);
    const floating = to.floatingIpAddress === context.packet.ipDestination;
    if (floating && !context.dnat) {
      const message = `${move.namespace} has ${context.packet.ipDestination} and keeps the packet: no rule translates it to ${to.ipAddress}`;
      return stopped(traveller, { letter: 'NAT', host }, 'FIP_NO_DNAT', message);
    }
  }
  return stopped(traveller, at, 'NOTHING_LISTENS', `${context.packet.ipDestination} is ${move.namespace} itself`);
}

// src/trace/start.ts
function startMoves(journey, from, packet) {
  const traveller = { packet, hops: [], side: 'compute', translations: [], assumptions: [] };
  if (from.kind === 'outside') return startOutside(journey, traveller);
  const at = { letter: 'A', host: from.host };
  if (from.host === '') return [stopped(traveller, at, 'PORT_UNBOUND', `${from.name} is bound to no host`)];
  if (journey.states[from.host] === void 0) {
    return [stopped(traveller, at, 'HOST_NOT_OBSERVED', `nothing is known of ${from.host}`)];
  }
  return isServicePort(from.deviceOwner) ? startService(journey, from, traveller) : startVm(journey, from, traveller);
}
function startVm(journey, from, start) {
  const next = nextHopOfVm(journey, from, start.packet.ipDestination);
  const at = { letter: 'A', host: from.host };
  const hop = {
    letter: 'A',
    host: from.host,
    namespace: '',
    device: 'eth0',
    place: `vm ${from.name}`,
    because: '',
    evidence: [{ command: `openstack port show ${from.portId}`, text: `${from.macAddress} ${from.ipAddress}` }],
  };
  const { packet } = start;
  if (next === null) {
    const traveller2 = withHop(start, { ...hop, what: `${packet.ipSource} -> ${packet.ipDestination}` });
    const message = `${packet.ipDestination} is in another subnet, and the subnet of ${from.ipAddress} has no gateway`;
    return [stopped(traveller2, at, 'NO_ROUTE', message)];
  }
  const macAddress = portOfAddress(journey.model, from.networkId, next.ipAddress)?.macAddress;
  const role = next.role === 'destination' ? 'to' : `to ${next.role} ${next.ipAddress} at`;
  const what = `${packet.ipSource} -> ${packet.ipDestination}, ${role} ${macAddress ?? 'an unknown MAC'}`;
  const traveller = withHop(start, { ...hop, what }, { ...packet, macDestination: macAddress ?? strangerMac });
  if (macAddress === void 0 && !isExternalAddress(journey, next.ipAddress)) {
    return [stopped(traveller, at, 'ARP_UNANSWERED', `no port of the network has ${next.ipAddress}`)];
  }
  if (namespaceAt(journey, from.host, ROOT)?.links[from.device] === void 0) {
    const message = `${from.host} has no device ${from.device}`;
    return [stopped(traveller, { letter: 'B', host: from.host }, 'PORT_NOT_WIRED', message)];
  }
  return [{ kind: 'received', host: from.host, namespace: ROOT, device: from.device, traveller }];
}
function nextHopOfVm(journey, from, destination) {
  const subnet2 = journey.model.subnets.find(
    (candidate) => candidate.networkId === from.networkId && isInCidr(from.ipAddress, candidate.cidr),
  );
  if (subnet2 === void 0 || isInCidr(destination, subnet2.cidr)) return { ipAddress: destination, role: 'destination' };
  const hostRoute = subnet2.hostRoutes
    .filter((route) => isInCidr(destination, route.destination))
    .toSorted((one, other) => prefixLength2(other.destination) - prefixLength2(one.destination))[0];
  if (hostRoute !== void 0) return { ipAddress: hostRoute.nexthop, role: 'next hop' };
  return subnet2.gatewayIp === null ? null : { ipAddress: subnet2.gatewayIp, role: 'gateway' };
}
function prefixLength2(cidr) {
  return Number(cidr.split('/')[1]);
}
function startService(journey, from, start) {
  const held = Object.entries(journey.states[from.host]?.namespaces ?? {}).find(
    ([name2, namespace2]) => name2 !== ROOT && Object.hasOwn(namespace2.links, from.device),
  );
  const at = { letter: deviceLetter(held?.[0] ?? '', from.device), host: from.host };
  if (held === void 0) return [stopped(start, at, 'PORT_NOT_WIRED', `no namespace of ${from.host} has ${from.device}`)];
  const [name, namespace] = held;
  const traveller = withHop(
    { ...start, side: 'network' },
    {
      letter: at.letter,
      host: from.host,
      namespace: name,
      device: from.device,
      place: name,
      what: `sends ${start.packet.ipSource} -> ${start.packet.ipDestination}`,
      because: '',
      evidence: [{ command: inNamespace(name, `ip addr show ${from.device}`), text: from.ipAddress }],
    },
  );
  const here = { host: from.host, namespace: name, device: from.device };
  const output = passHook(namespace, 'OUTPUT', firstView(traveller.packet, journey.connection, null), '');
  return [walkForward(journey, here, namespace, traveller, output.packet, null)];
}
function startOutside(journey, start) {
  const { packet } = start;
  const { to } = journey;
  const holder = holderOf(journey, packet.ipDestination);
  const direct =
    to.kind === 'port' && packet.ipDestination === to.ipAddress && isExternalAddress(journey, packet.ipDestination);
  const answer = holder ?? (direct ? { host: null, macAddress: to.macAddress } : void 0);
  const ports = physicalPorts(journey.states);
  if (answer === void 0 || ports.length === 0) return [unanswered(journey, start, ports[0]?.host ?? '')];
  const traveller = { ...start, side: 'network', packet: { ...packet, macDestination: answer.macAddress } };
  const entries = ports.filter((port) => answer.host === null || port.host === answer.host);
  return entries.map(({ host, bridge, port }) => ({ kind: 'switched', host, bridge, port, traveller }));
}
function unanswered(journey, traveller, host) {
  const { to } = journey;
  const { ipDestination } = traveller.packet;
  if (to.kind === 'port' && to.floatingIpAddress === null && !isExternalAddress(journey, ipDestination)) {
    const message2 = `${to.name} has the fixed IP ${to.ipAddress} and no floating IP`;
    const mend = `openstack floating ip create --port ${to.portId} NETWORK`;
    return stopped(traveller, { letter: 'Q', host }, 'FIP_NOT_ASSOCIATED', message2, { mend });
  }
  const floating = to.kind === 'port' && to.floatingIpAddress === ipDestination;
  const message = `no device of a router holds ${ipDestination}`;
  return stopped(traveller, { letter: 'N', host }, floating ? 'FIP_NO_ADDRESS' : 'ARP_UNANSWERED', message);
}

// src/trace/l2-goal.ts
function addressee(journey, packet) {
  return journey.model.ports.find((port) => port.macAddress === packet.macDestination && port.host !== '');
}
function ovsPortOf(state, bridge, port) {
  const ports = state?.bridges[bridge]?.ports ?? {};
  const found = Object.entries(ports).find(([, candidate]) => candidate.externalIds['iface-id'] === port.id);
  if (found !== void 0) return found[0];
  const short = port.id.slice(0, 11);
  return [deviceOfPort(port), `qvo${short}`].find((name) => Object.hasOwn(ports, name));
}

// src/trace/walk-physical.ts
function walkPhysical(journey, host, bridge, device, traveller) {
  const { to } = journey;
  const { packet } = traveller;
  if (to.kind === 'outside' && to.ipAddress === packet.ipDestination) return [arrived(traveller)];
  const moves = physicalPorts(journey.states)
    .filter((entry2) => entry2.host !== host && entry2.bridge === bridge)
    .map((entry2) => ({ kind: 'switched', host: entry2.host, bridge, port: entry2.port, traveller }));
  if (moves.length > 0 && addressee(journey, packet) !== void 0) return moves;
  const known = journey.model.floatingIps.some((floatingIp) => floatingIp.floatingIpAddress === packet.ipDestination);
  const message = `the packet leaves by ${device} and nobody there is ${packet.ipDestination}`;
  return [...moves, stopped(traveller, { letter: 'Q', host }, known ? 'FIP_NO_ADDRESS' : 'ARP_UNANSWERED', message)];
}

// src/trace/walk-link.ts
function walkLink(journey, move) {
  const { host, namespace, device, traveller } = move;
  const state = journey.states[host];
  const link = linkAt(journey, host, namespace, device);
  const bridge = bridgeOfPort(state, device);
  const letter =
    bridge !== void 0 && namespace === ROOT
      ? portLetter(bridge, device, traveller.side)
      : deviceLetter(namespace, device);
  const at = { letter, host };
  if (link === void 0) return [stopped(traveller, at, 'LINK_MISSING', `${host} has no device ${device}`)];
  if (link.up === false) return [stopped(traveller, at, 'LINK_DOWN', `${device} is down`)];
  if (link.mtu !== void 0 && traveller.packet.bytes > link.mtu) {
    const message = `a packet of ${traveller.packet.bytes} bytes does not fit into MTU ${link.mtu} of ${device}`;
    return [stopped(traveller, at, 'MTU_TOO_SMALL', message)];
  }
  if (namespace === ROOT && isVmTap(journey, device)) return [deliver(journey, move)];
  if (bridge !== void 0 && namespace !== ROOT) return [{ kind: 'switched', host, bridge, port: device, traveller }];
  if (link.peer !== void 0 && link.peerNamespace !== null) {
    const peerNamespace = link.peerNamespace ?? namespace;
    if (linkAt(journey, host, peerNamespace, link.peer) === void 0) {
      return [stopped(traveller, at, 'PEER_MISSING', `the other end ${link.peer} of ${device} does not exist`)];
    }
    return [{ kind: 'received', host, namespace: peerNamespace, device: link.peer, traveller }];
  }
  if (bridge !== void 0) return walkPhysical(journey, host, bridge, device, traveller);
  return [stopped(traveller, at, 'PEER_MISSING', `nothing is known of what is behind ${device}`)];
}
function isVmTap(journey, device) {
  if (!device.startsWith('tap')) return false;
  const port = portOfDevice(journey.model, device);
  return port === void 0 || !isServicePort(port.deviceOwner);
}
function deliver(journey, move) {
  const { to } = journey;
  const { packet } = move.traveller;
  const isTarget = to.kind === 'port' && to.device === move.device && to.host === move.host;
  if (!isTarget || packet.macDestination !== to.macAddress) return elsewhere(move.traveller);
  return arrived(
    withHop(move.traveller, {
      letter: 'A',
      host: move.host,
      namespace: '',
      device: 'eth0',
      place: `vm ${to.name}`,
      what: `takes ${packet.ipSource} -> ${packet.ipDestination}`,
      because: `its MAC ${packet.macDestination}`,
      evidence: [{ command: `openstack port show ${to.portId}`, text: `${to.macAddress} ${to.ipAddress}` }],
    }),
  );
}

// src/trace/tunnel.ts
function findTunnelEnd(states2, type, remoteIp, localIp) {
  for (const [host, state] of Object.entries(states2)) {
    for (const [bridge, { ports }] of Object.entries(state.bridges)) {
      const found = Object.entries(ports).find(
        ([, port]) =>
          port.type === type &&
          port.options['local_ip'] === remoteIp &&
          (port.options['remote_ip'] === localIp || port.options['remote_ip'] === 'flow'),
      );
      if (found !== void 0) return { kind: 'found', host, bridge, port: found[0] };
    }
  }
  const owner = Object.entries(states2).find(([, state]) => hasAddress(state, remoteIp));
  return owner === void 0 ? { kind: 'unknown' } : { kind: 'noPort', host: owner[0] };
}
function hasAddress(state, address) {
  const tunnels = Object.values(state.bridges).flatMap((bridge) => Object.values(bridge.ports));
  if (tunnels.some((port) => port.options['local_ip'] === address)) return true;
  const links = Object.values(state.namespaces).flatMap((namespace) => Object.values(namespace.links));
  return links.some((link) => link.addresses.some((held) => held.split('/')[0] === address));
}
function tunnelOverheadBytes(type) {
  switch (type) {
    case 'vxlan':
    case 'geneve':
      return 14 + 8 + 8 + 20;
    case 'gre':
      return 14 + 8 + 20;
    case 'patch':
    case 'internal':
    case '':
      return 0;
  }
}

// src/trace/walk-tunnel.ts
function walkTunnel(journey, move, port) {
  const localIp = port.options['local_ip'] ?? '';
  const remoteIp = port.options['remote_ip'] ?? '';
  const side = move.traveller.side;
  const at = { letter: portLetter(move.bridge, move.port, side), host: move.host };
  const underlay = underlayOf(journey, move.host, localIp);
  const bytes = move.traveller.packet.bytes + tunnelOverheadBytes(port.type);
  const traveller = withHop(move.traveller, tunnelHop(move, port, underlay, bytes));
  if (underlay !== null && underlay.up === false) {
    return [stopped(traveller, at, 'LINK_DOWN', `${underlay.device}, which has ${localIp}, is down`)];
  }
  if (underlay !== null && underlay.mtu !== void 0 && bytes > underlay.mtu) {
    const message = `${move.traveller.packet.bytes} bytes and ${bytes - move.traveller.packet.bytes} of tunnel do not fit into MTU ${underlay.mtu} of ${underlay.device}`;
    return [stopped(traveller, at, 'MTU_TOO_SMALL', message)];
  }
  const root = namespaceAt(journey, move.host, ROOT);
  if (underlay !== null && root !== void 0 && lookUpRoute(root, remoteIp).kind === 'none') {
    return [stopped(traveller, at, 'UNDERLAY_NO_ROUTE', `${move.host} has no route to ${remoteIp}`)];
  }
  return [arrive(journey, move, port, localIp, remoteIp, traveller)];
}
function arrive(journey, move, port, localIp, remoteIp, traveller) {
  const end = findTunnelEnd(journey.states, port.type, remoteIp, localIp);
  const at = { letter: portLetter(move.bridge, move.port, traveller.side), host: move.host };
  switch (end.kind) {
    case 'unknown':
      return stopped(traveller, at, 'HOST_NOT_OBSERVED', `no host that is known has ${remoteIp}`);
    case 'noPort': {
      const far = { letter: traveller.side === 'compute' ? 'H' : 'G', host: end.host };
      const message = `${end.host} has ${remoteIp}, but no ${port.type} port back to ${localIp}`;
      return stopped(traveller, far, 'TUNNEL_MISSING', message);
    }
    case 'found': {
      const side = traveller.side === 'compute' ? 'network' : 'compute';
      return {
        kind: 'switched',
        host: end.host,
        bridge: end.bridge,
        port: end.port,
        traveller: { ...traveller, side },
      };
    }
  }
}
function underlayOf(journey, host, localIp) {
  const links = namespaceAt(journey, host, ROOT)?.links ?? {};
  const found = Object.entries(links).find(([, link]) =>
    link.addresses.some((address) => address.split('/')[0] === localIp),
  );
  return found === void 0 ? null : { device: found[0], mtu: found[1].mtu, up: found[1].up };
}
function tunnelHop(move, port, underlay, bytes) {
  const { options: options2 } = port;
  const arrow = `${options2['local_ip']} \u2550\u2550 ${port.type.toUpperCase()} ${move.traveller.packet.vni ?? ''} \u2550\u2550> ${options2['remote_ip']}`;
  const room = underlay?.mtu === void 0 ? '' : `, MTU ${underlay.mtu} holds ${bytes}`;
  return {
    letter: portLetter(move.bridge, move.port, move.traveller.side),
    host: move.host,
    namespace: ROOT,
    device: move.port,
    place: move.bridge,
    what: arrow,
    because: underlay === null ? '' : `by ${underlay.device}${room}`,
    evidence: [
      {
        command: `ovs-vsctl get Interface ${move.port} options`,
        text: `local_ip=${options2['local_ip']}, remote_ip=${options2['remote_ip']}`,
      },
      { command: `ip route get ${options2['remote_ip']}`, text: underlay === null ? '' : `dev ${underlay.device}` },
    ],
  };
}

// src/trace/walk-port.ts
function walkPort(journey, move) {
  const bridge = journey.states[move.host]?.bridges[move.bridge];
  const port = bridge?.ports[move.port];
  const at = { letter: portLetter(move.bridge, move.port, move.traveller.side), host: move.host };
  if (port === void 0) {
    if (move.port === move.bridge) return [elsewhere(move.traveller)];
    return [
      stopped(
        move.traveller,
        at,
        'LINK_MISSING',
        `a flow of ${move.bridge} sends to ${move.port}, which does not exist`,
      ),
    ];
  }
  if (port.error !== void 0) return [stopped(move.traveller, at, 'PORT_ERROR', `${move.port}: ${port.error}`)];
  switch (port.type) {
    case 'patch':
      return walkPatch(journey, move, port.options['peer'] ?? '');
    case 'vxlan':
    case 'gre':
    case 'geneve':
      return walkTunnel(journey, move, port);
    case 'internal':
      return walkInternal(journey, move);
    case '':
      return walkDevice(journey, move);
  }
}
function hopOf(move, what, command, text2) {
  return {
    letter: portLetter(move.bridge, move.port, move.traveller.side),
    host: move.host,
    namespace: ROOT,
    device: move.port,
    place: move.bridge,
    what,
    because: '',
    evidence: [{ command, text: text2 }],
  };
}
function walkPatch(journey, move, peer) {
  const hop = hopOf(move, `\u2500\u2500 ${peer}`, `ovs-vsctl get Interface ${move.port} options:peer`, peer);
  const traveller = withHop(move.traveller, hop, { ...move.traveller.packet, vni: null });
  const found = Object.entries(journey.states[move.host]?.bridges ?? {}).find(
    ([, bridge]) => bridge.ports[peer]?.type === 'patch' && bridge.ports[peer]?.options['peer'] === move.port,
  );
  if (found === void 0) {
    const message = `${move.port} is a patch to ${peer}, which no bridge of ${move.host} has`;
    return [stopped(traveller, { letter: hop.letter, host: move.host }, 'PEER_MISSING', message)];
  }
  return [{ kind: 'switched', host: move.host, bridge: found[0], port: peer, traveller }];
}
function walkInternal(journey, move) {
  const namespace = namespaceOfDevice(journey.states[move.host], move.port);
  if (namespace === void 0) {
    const message = `${move.port} is an internal port of ${move.bridge}, and no namespace of ${move.host} has the device`;
    return [stopped(move.traveller, { letter: '', host: move.host }, 'LINK_MISSING', message)];
  }
  return [{ kind: 'received', host: move.host, namespace, device: move.port, traveller: move.traveller }];
}
function walkDevice(journey, move) {
  const tag = journey.states[move.host]?.bridges[move.bridge]?.ports[move.port]?.tag;
  const hop = hopOf(
    move,
    tag === void 0 ? `out by ${move.port}` : `out of local VLAN ${tag}`,
    tag === void 0 ? `ovs-vsctl list-ports ${move.bridge}` : `ovs-vsctl get Port ${move.port} tag`,
    tag === void 0 ? move.port : String(tag),
  );
  const traveller = withHop(move.traveller, hop);
  const link = linkAt(journey, move.host, ROOT, move.port);
  if (link === void 0) {
    const message = `${move.port} is a port of ${move.bridge}, and ${move.host} has no such device`;
    return [stopped(traveller, { letter: hop.letter, host: move.host }, 'LINK_MISSING', message)];
  }
  return [{ kind: 'sent', host: move.host, namespace: ROOT, device: move.port, traveller }];
}

// src/trace/bridge.ts
var portChain = /-([ios])[0-9a-f]{8}-/;
function crossBridge(namespace, bridge, inPort, outPort, packet, connection) {
  const key = packet.ipVersion === 4 ? 'net.bridge.bridge-nf-call-iptables' : 'net.bridge.bridge-nf-call-ip6tables';
  if (namespace.sysctls[key] === '0') {
    return { verdict: 'accept', filtered: false, decisive: null, steps: [], zone: null, assumptions: [] };
  }
  const arriving = {
    packet,
    state: connection,
    dnat: false,
    snat: false,
    mark: 0,
    connmark: 0,
    inInterface: bridge,
    outInterface: null,
    physdevIn: inPort,
    physdevOut: null,
  };
  const raw = traverse(namespace, 'raw', 'PREROUTING', arriving);
  if (raw.verdict === 'drop') return crossing(raw.decidedBy, [raw]);
  const mangle = traverse(namespace, 'mangle', 'PREROUTING', raw.packet);
  if (mangle.verdict === 'drop') return crossing(mangle.decidedBy, [raw, mangle]);
  const leaving = { ...mangle.packet, outInterface: bridge, physdevOut: outPort };
  const filter = traverse(namespace, 'filter', 'FORWARD', leaving);
  const own = filter.steps.findLast((step2) => portChain.test(step2.chain) && step2.rule.target?.kind !== 'jump');
  return crossing(filter.verdict === 'drop' ? filter.decidedBy : (own ?? filter.decidedBy), [raw, mangle, filter]);
}
function crossing(decisive, traversals) {
  return {
    verdict: traversals.some((traversal) => traversal.verdict === 'drop') ? 'drop' : 'accept',
    filtered: true,
    decisive,
    steps: traversals.flatMap((traversal) => traversal.steps),
    zone: traversals[0]?.zone ?? null,
    assumptions: traversals.flatMap((traversal) => traversal.assumptions),
  };
}

// src/trace/rule-words.ts
function describeRule(rule) {
  const words2 = rule.matches.flatMap(describeMatch);
  return words2.length === 0 ? 'any' : words2.join(' ');
}
function describeMatch(match) {
  const not2 = 'negated' in match && match.negated ? 'not ' : '';
  switch (match.kind) {
    case 'protocol':
      return [`${not2}${match.protocol}`];
    case 'source':
      return [`${not2}from ${match.cidr}`];
    case 'destination':
      return [`${not2}to ${match.cidr}`];
    case 'ports':
      return [
        ...(match.source === null ? [] : [`source port ${match.source.value}`]),
        ...(match.destination === null ? [] : [match.destination.value]),
      ];
    case 'multiport':
      return [`${not2}${match.ports.join(',')}`];
    case 'state':
      return [`${not2}${match.states.join(' or ')}`];
    case 'set':
      return [`${not2}${match.directions.includes('src') ? 'from' : 'to'} ipset ${match.name}`];
    case 'mac':
      return [`${not2}MAC ${match.macAddress}`];
    case 'icmp':
      return [`${not2}type ${match.type}`];
    case 'comment':
    case 'physdev':
      return [];
    case 'inInterface':
      return [`${not2}in by ${match.name}`];
    case 'outInterface':
      return [`${not2}out by ${match.name}`];
    case 'mark':
    case 'connmark':
      return [`${not2}${match.kind} 0x${match.value.toString(16)}`];
    case 'tcpFlags':
      return [`${not2}flags ${match.set} of ${match.mask}`];
    case 'unknown':
      return [match.text];
  }
}

// src/trace/walk-bridge.ts
function walkBridge(journey, move, bridge) {
  const namespace = namespaceAt(journey, move.host, move.namespace);
  if (namespace === void 0) return [];
  const outPorts = Object.entries(namespace.links).filter(
    ([name, link]) => link.master === bridge && name !== move.device,
  );
  if (outPorts.length === 0) {
    const letter = deviceLetter(move.namespace, move.device);
    const message = `${bridge} has no other port than ${move.device}: nothing joins it to br-int`;
    return [stopped(move.traveller, { letter, host: move.host }, 'PORT_NOT_WIRED', message)];
  }
  return outPorts.map(([outPort]) => {
    const crossing2 = crossBridge(namespace, bridge, move.device, outPort, move.traveller.packet, journey.connection);
    return cross(journey, move, bridge, outPort, crossing2);
  });
}
function cross(journey, move, bridge, outPort, crossing2) {
  const fromVm = move.device.startsWith('tap');
  const tap = fromVm ? move.device : outPort;
  const filterHop = hopOf2(
    move,
    bridge,
    tap,
    filterWords(crossing2, fromVm),
    filterBecause(crossing2),
    filterEvidence(move, crossing2),
  );
  const wire = (device) =>
    hopOf2(move, bridge, device, '\u2500\u2500 veth', '', [linkEvidence(move.namespace, device)]);
  const assumptions = [...move.traveller.assumptions, ...crossing2.assumptions];
  const before = { ...move.traveller, assumptions };
  const inside = fromVm ? before : withHop(before, wire(move.device));
  const filtered = withHop(inside, filterHop);
  if (crossing2.verdict === 'drop') return refused(journey, move, filtered, tap, fromVm, crossing2);
  const traveller = fromVm ? withHop(filtered, wire(outPort)) : filtered;
  return { kind: 'sent', host: move.host, namespace: move.namespace, device: outPort, traveller };
}
function hopOf2(move, bridge, device, what, because, evidence) {
  const letter = deviceLetter(move.namespace, device);
  return {
    letter,
    host: move.host,
    namespace: move.namespace,
    device,
    place: `bridge ${bridge}`,
    what,
    because,
    evidence,
  };
}
function filterWords(crossing2, fromVm) {
  const way = fromVm ? 'leave' : 'enter';
  if (!crossing2.filtered) return `not filtered: ${bridgeFilterOff}`;
  if (crossing2.verdict === 'drop') return `may not ${way}`;
  if (crossing2.decisive === null) return `may ${way}: no rule is about it`;
  return `may ${way}: ${describeRule(crossing2.decisive.rule)}`;
}
var bridgeFilterOff = 'net.bridge.bridge-nf-call-iptables is 0';
function filterBecause(crossing2) {
  return crossing2.decisive === null ? '' : `iptables ${crossing2.decisive.chain}`;
}
function filterEvidence(move, crossing2) {
  if (!crossing2.filtered)
    return [{ command: inNamespace(move.namespace, 'sysctl net.bridge'), text: bridgeFilterOff }];
  return crossing2.steps.map((step2) => ruleEvidence(move.namespace, move.traveller.packet, step2));
}
function linkEvidence(namespace, device) {
  return {
    command: inNamespace(namespace === ROOT ? ROOT : namespace, `ip -d link show ${device}`),
    text: `veth ${device}`,
  };
}
function refused(journey, move, traveller, tap, fromVm, crossing2) {
  const { packet } = move.traveller;
  const at = { letter: deviceLetter(move.namespace, tap), host: move.host };
  const code = dropCode(crossing2.decisive);
  const rule =
    crossing2.decisive === null ? 'the policy of FORWARD' : `-A ${crossing2.decisive.chain} ${crossing2.decisive.text}`;
  const certain = tap === (journey.to.kind === 'port' ? journey.to.device : '') || fromVm;
  if (code !== 'SG_NO_MATCH')
    return stopped(traveller, at, code, `${describePacket(packet)}: dropped by ${rule}`, { certain });
  const port = portOfDevice(journey.model, tap);
  const groups = (port?.securityGroupIds ?? []).map(
    (id) => journey.model.securityGroups.find((group) => group.id === id)?.name ?? id,
  );
  const direction = fromVm ? 'egress' : 'ingress';
  const nearest = nearestRules(journey, move, crossing2, packet);
  const message =
    `no ${direction} rule of ${groups.length === 0 ? 'the port\u2019s groups' : `groups [${groups.join(', ')}]`} lets ${serviceOf(packet)} ${fromVm ? `out to ${packet.ipDestination}` : `in from ${packet.ipSource}`}` +
    (nearest.length === 0 ? '' : `; nearest: ${nearest.join('; ')}`);
  return stopped(traveller, at, code, message, { mend: ruleCommand(groups[0] ?? 'GROUP', direction, packet), certain });
}
function dropCode(step2) {
  if (step2 === null) return 'RULE_DROP';
  if (step2.rule.matches.some((match) => match.kind === 'state' && match.states.includes('INVALID')))
    return 'SG_INVALID';
  if (step2.chain.endsWith('sg-fallback')) return 'SG_NO_MATCH';
  if (/-s[0-9a-f]{8}-/.test(step2.chain)) return 'ADDRESS_SPOOFED';
  const fromServer = step2.rule.matches.some((match) => match.kind === 'ports' && match.source?.value === '67');
  return fromServer && /-o[0-9a-f]{8}-/.test(step2.chain) ? 'DHCP_SERVER_SPOOFED' : 'RULE_DROP';
}
function nearestRules(journey, move, crossing2, packet) {
  const chain = crossing2.steps.findLast((step2) => /-[io][0-9a-f]{8}-/.test(step2.chain))?.chain;
  const namespace = namespaceAt(journey, move.host, move.namespace);
  const ruleset = packet.ipVersion === 4 ? namespace?.ipv4 : namespace?.ipv6;
  const rules = chain === void 0 ? [] : (ruleset?.filter?.[chain]?.rules ?? []);
  return rules
    .map(parseRule)
    .filter((rule) => rule.target?.kind === 'return')
    .filter((rule) => rule.matches.some((match) => match.kind === 'protocol' && match.protocol === packet.protocol))
    .filter((rule) => !rule.matches.some((match) => match.kind === 'ports' && match.source !== null))
    .slice(0, 3)
    .map(describeRule);
}
function serviceOf(packet) {
  return hasPorts(packet.protocol) ? `${packet.protocol} ${packet.destinationPort}` : packet.protocol;
}
function ruleCommand(group, direction, packet) {
  const remote = direction === 'ingress' ? packet.ipSource : packet.ipDestination;
  const port = hasPorts(packet.protocol) ? ` --dst-port ${packet.destinationPort}` : '';
  const family = packet.ipVersion === 6 ? ' --ethertype IPv6' : '';
  const protocol2 = packet.protocol === 'icmp6' ? 'ipv6-icmp' : packet.protocol;
  const length = packet.ipVersion === 4 ? 32 : 128;
  return `openstack security group rule create ${group} --${direction}${family} --protocol ${protocol2}${port} --remote-ip ${remote}/${length}`;
}

// src/trace/walk-received.ts
function walkReceived(journey, move) {
  const { host, namespace, device, traveller } = move;
  const link = linkAt(journey, host, namespace, device);
  const bridge = namespace === ROOT ? bridgeOfPort(journey.states[host], device) : void 0;
  const at = {
    letter: bridge === void 0 ? deviceLetter(namespace, device) : portLetter(bridge, device, traveller.side),
    host,
  };
  if (link === void 0) return [stopped(traveller, at, 'LINK_MISSING', `${host} has no device ${device}`)];
  if (link.up === false) return [stopped(traveller, at, 'LINK_DOWN', `${device} is down`)];
  if (link.master !== void 0) return walkBridge(journey, move, link.master);
  if (bridge !== void 0) return [{ kind: 'switched', host, bridge, port: device, traveller }];
  if (namespace === ROOT) {
    if (device.startsWith('tap') || device.startsWith('qvb')) {
      return [stopped(traveller, at, 'PORT_NOT_WIRED', `${device} is a port of no bridge`)];
    }
    return [elsewhere(traveller)];
  }
  return walkNamespace(journey, move);
}

// src/host/openflow-subfield.ts
function parseSubfield(text2) {
  const read = /^([A-Za-z][A-Za-z0-9_]*)\[(\d*|\d+\.\.\d+)\]$/.exec(text2);
  return read === null ? null : { field: read[1] ?? '', range: read[2] ?? '' };
}
function printSubfield(subfield) {
  return `${subfield.field}[${subfield.range}]`;
}
function bitsOf(subfield, width) {
  if (subfield.range === '') return { first: 0, last: width - 1 };
  const [first = '0', last = first] = subfield.range.split('..');
  return { first: Number(first), last: Number(last) };
}

// src/trace/fields.ts
var bits = (base, width, values = 'number', shift = 0) => ({
  base,
  shift,
  width,
  values,
});
var byName = {
  eth_src: bits('eth_src', 48, 'mac'),
  dl_src: bits('eth_src', 48, 'mac'),
  eth_dst: bits('eth_dst', 48, 'mac'),
  dl_dst: bits('eth_dst', 48, 'mac'),
  eth_type: bits('eth_type', 16),
  dl_type: bits('eth_type', 16),
  vlan_tci: bits('vlan_tci', 16),
  vlan_vid: bits('vlan_tci', 13),
  vlan_pcp: bits('vlan_tci', 3, 'number', 13),
  nw_src: bits('nw_src', 32, 'ip'),
  ip_src: bits('nw_src', 32, 'ip'),
  nw_dst: bits('nw_dst', 32, 'ip'),
  ip_dst: bits('nw_dst', 32, 'ip'),
  ipv6_src: bits('ipv6_src', 128, 'ip'),
  ipv6_dst: bits('ipv6_dst', 128, 'ip'),
  nw_proto: bits('nw_proto', 8),
  ip_proto: bits('nw_proto', 8),
  nw_tos: bits('nw_tos', 8),
  ip_dscp: bits('nw_tos', 6, 'number', 2),
  nw_ecn: bits('nw_tos', 2),
  nw_ttl: bits('nw_ttl', 8),
  nw_frag: bits('nw_frag', 8),
  tp_src: bits('tp_src', 16),
  tcp_src: bits('tp_src', 16),
  udp_src: bits('tp_src', 16),
  sctp_src: bits('tp_src', 16),
  tp_dst: bits('tp_dst', 16),
  tcp_dst: bits('tp_dst', 16),
  udp_dst: bits('tp_dst', 16),
  sctp_dst: bits('tp_dst', 16),
  icmp_type: bits('tp_src', 8),
  icmpv6_type: bits('tp_src', 8),
  icmp_code: bits('tp_dst', 8),
  icmpv6_code: bits('tp_dst', 8),
  tcp_flags: bits('tcp_flags', 12, 'tcpFlags'),
  arp_op: bits('arp_op', 16),
  arp_spa: bits('arp_spa', 32, 'ip'),
  arp_tpa: bits('arp_tpa', 32, 'ip'),
  arp_sha: bits('arp_sha', 48, 'mac'),
  arp_tha: bits('arp_tha', 48, 'mac'),
  nd_target: bits('nd_target', 128, 'ip'),
  nd_sll: bits('nd_sll', 48, 'mac'),
  nd_tll: bits('nd_tll', 48, 'mac'),
  tun_id: bits('tun_id', 64),
  tunnel_id: bits('tun_id', 64),
  tun_src: bits('tun_src', 32, 'ip'),
  tun_dst: bits('tun_dst', 32, 'ip'),
  metadata: bits('metadata', 64),
  pkt_mark: bits('pkt_mark', 32),
  conj_id: bits('conj_id', 32),
  ct_state: bits('ct_state', 32, 'ctState'),
  ct_zone: bits('ct_zone', 16),
  ct_mark: bits('ct_mark', 32),
};
var byMatchName = {
  NXM_OF_ETH_SRC: bits('eth_src', 48, 'mac'),
  NXM_OF_ETH_DST: bits('eth_dst', 48, 'mac'),
  NXM_OF_ETH_TYPE: bits('eth_type', 16),
  NXM_OF_VLAN_TCI: bits('vlan_tci', 16),
  OXM_OF_VLAN_VID: bits('vlan_tci', 13),
  NXM_OF_IP_TOS: bits('nw_tos', 8),
  NXM_OF_IP_PROTO: bits('nw_proto', 8),
  NXM_NX_IP_TTL: bits('nw_ttl', 8),
  NXM_OF_IP_SRC: bits('nw_src', 32, 'ip'),
  NXM_OF_IP_DST: bits('nw_dst', 32, 'ip'),
  NXM_NX_IPV6_SRC: bits('ipv6_src', 128, 'ip'),
  NXM_NX_IPV6_DST: bits('ipv6_dst', 128, 'ip'),
  NXM_OF_TCP_SRC: bits('tp_src', 16),
  NXM_OF_TCP_DST: bits('tp_dst', 16),
  NXM_OF_UDP_SRC: bits('tp_src', 16),
  NXM_OF_UDP_DST: bits('tp_dst', 16),
  NXM_OF_ICMP_TYPE: bits('tp_src', 8),
  NXM_NX_ICMPV6_TYPE: bits('tp_src', 8),
  NXM_OF_ARP_OP: bits('arp_op', 16),
  NXM_OF_ARP_SPA: bits('arp_spa', 32, 'ip'),
  NXM_OF_ARP_TPA: bits('arp_tpa', 32, 'ip'),
  NXM_NX_ARP_SHA: bits('arp_sha', 48, 'mac'),
  NXM_NX_ARP_THA: bits('arp_tha', 48, 'mac'),
  NXM_NX_ND_TARGET: bits('nd_target', 128, 'ip'),
  NXM_NX_ND_SLL: bits('nd_sll', 48, 'mac'),
  NXM_NX_ND_TLL: bits('nd_tll', 48, 'mac'),
  NXM_NX_TUN_ID: bits('tun_id', 64),
  OXM_OF_TUNNEL_ID: bits('tun_id', 64),
  OXM_OF_METADATA: bits('metadata', 64),
  NXM_NX_PKT_MARK: bits('pkt_mark', 32),
  NXM_NX_CT_STATE: bits('ct_state', 32, 'ctState'),
  NXM_NX_CT_ZONE: bits('ct_zone', 16),
  NXM_NX_CT_MARK: bits('ct_mark', 32),
};
function fieldBits(name) {
  if (Object.hasOwn(byName, name)) return byName[name] ?? null;
  if (Object.hasOwn(byMatchName, name)) return byMatchName[name] ?? null;
  const register = /^(?:reg|NXM_NX_REG)(\d+)$/.exec(name);
  return register === null ? null : bits(`reg${register[1]}`, 32);
}
function readField(fields, field) {
  return ((fields[field.base] ?? 0n) >> BigInt(field.shift)) & ones(field.width);
}
function writeField(fields, field, value, mask = ones(field.width)) {
  const shift = BigInt(field.shift);
  const kept = (fields[field.base] ?? 0n) & ~(mask << shift);
  return { ...fields, [field.base]: kept | ((value & mask) << shift) };
}
function subfieldBits(subfield) {
  const field = fieldBits(subfield.field);
  if (field === null) return null;
  const { first, last } = bitsOf(subfield, field.width);
  return { ...field, shift: field.shift + first, width: last - first + 1 };
}
var ctStates = ['new', 'est', 'rel', 'rpl', 'inv', 'trk', 'snat', 'dnat'];
var tcpFlags = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr', 'ns'];
function parseValue(field, value, mask) {
  if (field.values === 'ctState' || field.values === 'tcpFlags') {
    return parseFlags(value, field.values === 'ctState' ? ctStates : tcpFlags) ?? parseNumeric(field, value, mask);
  }
  return parseNumeric(field, value, mask);
}
function parseNumeric(field, text2, maskText) {
  const value = parseOne(field, text2);
  const mask = maskText === null ? ones(field.width) : parseMask(field, maskText);
  return value === null || mask === null ? null : { value, mask };
}
function parseMask(field, text2) {
  if (field.values === 'ip' && /^\d+$/.test(text2)) {
    const length = Number(text2);
    return length > field.width ? null : ones(field.width) ^ ones(field.width - length);
  }
  return parseOne(field, text2);
}
function parseOne(field, text2) {
  if (field.values === 'mac') return parseMac(text2);
  if (field.values === 'ip') return parseAddress(text2)?.value ?? null;
  return /^(0x[0-9a-f]+|\d+)$/.test(text2) ? BigInt(text2) : null;
}
function parseFlags(text2, names) {
  if (!/^([+-][a-z]+)+$/.test(text2)) return null;
  let value = 0n;
  let mask = 0n;
  for (const [, sign, name = ''] of text2.matchAll(/([+-])([a-z]+)/g)) {
    const index = names.indexOf(name);
    if (index < 0) return null;
    mask |= 1n << BigInt(index);
    if (sign === '+') value |= 1n << BigInt(index);
  }
  return { value, mask };
}
function ctState(...names) {
  return names.reduce((state, name) => state | (1n << BigInt(ctStates.indexOf(name))), 0n);
}
function parseMac(text2) {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text2) ? BigInt(`0x${text2.replaceAll(':', '')}`) : null;
}
function formatMac(value) {
  return (value.toString(16).padStart(12, '0').match(/../g) ?? []).join(':');
}
function ones(width) {
  return (1n << BigInt(width)) - 1n;
}
function packetFields(packet) {
  const source = parseAddress(packet.ipSource)?.value ?? 0n;
  const destination = parseAddress(packet.ipDestination)?.value ?? 0n;
  const addresses =
    packet.ipVersion === 4 ? { nw_src: source, nw_dst: destination } : { ipv6_src: source, ipv6_dst: destination };
  return {
    eth_src: parseMac(packet.macSource) ?? 0n,
    eth_dst: parseMac(packet.macDestination) ?? 0n,
    eth_type: packet.ipVersion === 4 ? 0x800n : 0x86ddn,
    vlan_tci: packet.vlan === null ? 0n : BigInt(packet.vlan | 4096),
    ...addresses,
    nw_proto: BigInt(protocolNumbers[packet.protocol]),
    nw_tos: BigInt(packet.dscp << 2),
    nw_ttl: BigInt(packet.ttl),
    tp_src: BigInt(packet.sourcePort),
    tp_dst: BigInt(packet.destinationPort),
    ...(packet.vni === null ? {} : { tun_id: BigInt(packet.vni) }),
  };
}
function fieldsPacket(packet, fields) {
  const number2 = (name) => Number(fields[name] ?? 0n);
  const address = (name, other) =>
    formatAddress({ version: packet.ipVersion, value: fields[packet.ipVersion === 4 ? name : other] ?? 0n });
  const tci = number2('vlan_tci');
  return {
    ...packet,
    macSource: formatMac(fields['eth_src'] ?? 0n),
    macDestination: formatMac(fields['eth_dst'] ?? 0n),
    vlan: (tci & 4096) === 0 ? null : tci & 4095,
    vni: fields['tun_id'] === void 0 ? null : number2('tun_id'),
    ipSource: address('nw_src', 'ipv6_src'),
    ipDestination: address('nw_dst', 'ipv6_dst'),
    protocol: protocolOf(number2('nw_proto')) ?? packet.protocol,
    sourcePort: number2('tp_src'),
    destinationPort: number2('tp_dst'),
    dscp: number2('nw_tos') >> 2,
    ttl: number2('nw_ttl'),
  };
}
function protocolOf(number2) {
  const found = Object.entries(protocolNumbers).find(([, value]) => value === number2);
  return found?.[0] ?? null;
}

// src/host/openflow-action.ts
var modifyWords = {
  mod_dl_src: 'eth_src',
  mod_dl_dst: 'eth_dst',
  mod_nw_src: 'nw_src',
  mod_nw_dst: 'nw_dst',
  mod_nw_tos: 'nw_tos',
  mod_nw_ttl: 'nw_ttl',
  mod_tp_src: 'tp_src',
  mod_tp_dst: 'tp_dst',
  mod_vlan_pcp: 'dl_vlan_pcp',
};

// src/host/split-text.ts
function splitOutsideBrackets(text2, separator) {
  const parts = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let index = 0; index < text2.length; index += 1) {
    const character = text2[index];
    if (quoted && character === '\\') index += 1;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '(' || character === '[' || character === '{') depth += 1;
    else if (character === ')' || character === ']' || character === '}') depth -= 1;
    else if (character === separator && depth === 0) {
      parts.push(text2.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text2.slice(start));
  return parts;
}

// src/host/openflow-learn.ts
var options = ['table', 'hard_timeout', 'idle_timeout', 'fin_hard_timeout', 'fin_idle_timeout', 'priority', 'cookie'];
function parseLearn(body) {
  return body === '' ? [] : splitOutsideBrackets(body, ',').map(parseSpec);
}
function printLearn(specs) {
  return specs.map(printSpec).join(',');
}
function parseSpec(text2) {
  const spec = readSpec(text2);
  return spec !== null && printSpec(spec) === text2 ? spec : { kind: 'unknown', text: text2 };
}
function readSpec(text2) {
  if (text2.startsWith('load:')) return readLoad(text2.slice('load:'.length));
  if (text2.startsWith('output:')) {
    const from2 = parseSubfield(text2.slice('output:'.length));
    return from2 === null ? null : { kind: 'output', from: from2 };
  }
  const equals = text2.indexOf('=');
  if (equals < 0) {
    const field2 = parseSubfield(text2);
    return field2 === null ? null : { kind: 'copyMatch', field: field2 };
  }
  const name = text2.slice(0, equals);
  const value = text2.slice(equals + 1);
  if (options.includes(name)) return { kind: 'option', name, value };
  const field = parseSubfield(name);
  const from = parseSubfield(value);
  if (field !== null && from !== null) return { kind: 'fieldMatch', field, from };
  return field === null && /^[a-z][a-z0-9_]*$/.test(name) ? { kind: 'valueMatch', field: name, value } : null;
}
function readLoad(rest) {
  const arrow = rest.indexOf('->');
  const to = arrow < 0 ? null : parseSubfield(rest.slice(arrow + 2));
  if (to === null) return null;
  const value = rest.slice(0, arrow);
  const from = parseSubfield(value);
  return from === null ? { kind: 'loadValue', value, to } : { kind: 'loadField', from, to };
}
function printSpec(spec) {
  switch (spec.kind) {
    case 'option':
      return `${spec.name}=${spec.value}`;
    case 'copyMatch':
      return printSubfield(spec.field);
    case 'fieldMatch':
      return `${printSubfield(spec.field)}=${printSubfield(spec.from)}`;
    case 'valueMatch':
      return `${spec.field}=${spec.value}`;
    case 'loadValue':
      return `load:${spec.value}->${printSubfield(spec.to)}`;
    case 'loadField':
      return `load:${printSubfield(spec.from)}->${printSubfield(spec.to)}`;
    case 'output':
      return `output:${printSubfield(spec.from)}`;
    case 'unknown':
      return spec.text;
  }
}

// src/host/openflow-port.ts
function parsePort(text2) {
  if (text2.length >= 2 && text2.startsWith('"') && text2.endsWith('"')) {
    return { kind: 'named', name: text2.slice(1, -1), quoted: true };
  }
  if (/^(0|[1-9]\d{0,9})$/.test(text2)) return { kind: 'numbered', ofport: Number(text2) };
  return { kind: 'named', name: text2, quoted: false };
}
function printPort(port) {
  if (port.kind === 'numbered') return String(port.ofport);
  return port.quoted ? `"${port.name}"` : port.name;
}

// src/host/openflow-action-text.ts
function parseActions(text2) {
  return text2 === '' ? [] : splitOutsideBrackets(text2, ',').map(parseAction);
}
function parseAction(text2) {
  const action = readAction(text2);
  return action !== null && printAction(action) === text2 ? action : { kind: 'unknown', text: text2 };
}
var words = {
  NORMAL: { kind: 'normal' },
  IN_PORT: { kind: 'inPort' },
  FLOOD: { kind: 'flood' },
  ALL: { kind: 'all' },
  LOCAL: { kind: 'local' },
  drop: { kind: 'drop' },
  pop_vlan: { kind: 'popVlan', word: 'pop_vlan' },
  strip_vlan: { kind: 'popVlan', word: 'strip_vlan' },
  dec_ttl: { kind: 'decTtl' },
  pop_queue: { kind: 'popQueue' },
  ct_clear: { kind: 'ctClear' },
  ct: { kind: 'ct', arguments: [] },
};
function readAction(text2) {
  const word2 = Object.hasOwn(words, text2) ? words[text2] : void 0;
  if (word2 !== void 0) return word2;
  const call = /^([a-z_]+)\((.*)\)$/s.exec(text2);
  if (call !== null) return readCall(call[1] ?? '', call[2] ?? '');
  if (text2.startsWith('"')) return { kind: 'output', port: parsePort(text2), bare: true };
  const colon = text2.indexOf(':');
  return colon < 0 ? null : readColon(text2.slice(0, colon), text2.slice(colon + 1));
}
function readCall(name, body) {
  const parts = splitOutsideBrackets(body, ',');
  switch (name) {
    case 'resubmit':
      return readResubmit(parts);
    case 'learn':
      return { kind: 'learn', specs: parseLearn(body) };
    case 'ct':
      return { kind: 'ct', arguments: body === '' ? [] : parts };
    case 'conjunction': {
      const read = /^(\d+),(\d+)\/(\d+)$/.exec(body);
      if (read === null) return null;
      return { kind: 'conjunction', id: Number(read[1]), clause: Number(read[2]), clauses: Number(read[3]) };
    }
    default:
      return null;
  }
}
function readResubmit(parts) {
  const [port = '', table = '', ct, ...rest] = parts;
  if (rest.length > 0 || parts.length < 2 || (ct !== void 0 && ct !== 'ct') || !/^\d*$/.test(table)) return null;
  return {
    kind: 'resubmitTable',
    port: port === '' ? null : parsePort(port),
    table: table === '' ? null : Number(table),
    ct: ct === 'ct',
  };
}
function readColon(name, rest) {
  if (Object.hasOwn(modifyWords, name)) return { kind: 'modify', word: name, value: rest };
  switch (name) {
    case 'output': {
      const from = parseSubfield(rest);
      return from === null ? { kind: 'output', port: parsePort(rest), bare: false } : { kind: 'outputField', from };
    }
    case 'goto_table':
      return { kind: 'gotoTable', table: Number(rest) };
    case 'resubmit':
      return { kind: 'resubmitPort', port: parsePort(rest) };
    case 'push_vlan':
      return { kind: 'pushVlan', etherType: rest };
    case 'mod_vlan_vid':
      return { kind: 'modVlanVid', vlan: Number(rest) };
    case 'set_queue':
      return { kind: 'setQueue', queue: Number(rest) };
    case 'meter':
      return { kind: 'meter', meter: Number(rest) };
    case 'group':
      return { kind: 'group', group: Number(rest) };
    case 'note':
      return { kind: 'note', bytes: rest };
    case 'set_field':
      return readSetField(rest);
    case 'load':
      return readArrow(rest, (value, to) => ({ kind: 'load', value, to }));
    case 'move':
      return readArrow(rest, (value, to) => {
        const from = parseSubfield(value);
        return from === null ? null : { kind: 'move', from, to };
      });
    default:
      return null;
  }
}
function readSetField(rest) {
  const arrow = rest.lastIndexOf('->');
  if (arrow < 0) return null;
  const value = rest.slice(0, arrow);
  const field = rest.slice(arrow + 2);
  const slash = value.indexOf('/');
  if (slash < 0) return { kind: 'setField', value, mask: null, field };
  return { kind: 'setField', value: value.slice(0, slash), mask: value.slice(slash + 1), field };
}
function readArrow(rest, make) {
  const arrow = rest.lastIndexOf('->');
  const to = arrow < 0 ? null : parseSubfield(rest.slice(arrow + 2));
  return to === null ? null : make(rest.slice(0, arrow), to);
}
function printAction(action) {
  switch (action.kind) {
    case 'output':
      return action.bare ? printPort(action.port) : `output:${printPort(action.port)}`;
    case 'outputField':
      return `output:${printSubfield(action.from)}`;
    case 'normal':
      return 'NORMAL';
    case 'inPort':
      return 'IN_PORT';
    case 'flood':
      return 'FLOOD';
    case 'all':
      return 'ALL';
    case 'local':
      return 'LOCAL';
    case 'drop':
      return 'drop';
    case 'gotoTable':
      return `goto_table:${action.table}`;
    case 'resubmitPort':
      return `resubmit:${printPort(action.port)}`;
    case 'resubmitTable':
      return `resubmit(${action.port === null ? '' : printPort(action.port)},${action.table ?? ''}${action.ct ? ',ct' : ''})`;
    case 'pushVlan':
      return `push_vlan:${action.etherType}`;
    case 'popVlan':
      return action.word;
    case 'modVlanVid':
      return `mod_vlan_vid:${action.vlan}`;
    case 'setField':
      return `set_field:${action.value}${action.mask === null ? '' : `/${action.mask}`}->${action.field}`;
    case 'load':
      return `load:${action.value}->${printSubfield(action.to)}`;
    case 'move':
      return `move:${printSubfield(action.from)}->${printSubfield(action.to)}`;
    case 'modify':
      return `${action.word}:${action.value}`;
    case 'decTtl':
      return 'dec_ttl';
    case 'setQueue':
      return `set_queue:${action.queue}`;
    case 'popQueue':
      return 'pop_queue';
    case 'meter':
      return `meter:${action.meter}`;
    case 'group':
      return `group:${action.group}`;
    case 'learn':
      return `learn(${printLearn(action.specs)})`;
    case 'conjunction':
      return `conjunction(${action.id},${action.clause}/${action.clauses})`;
    case 'ct':
      return action.arguments.length === 0 ? 'ct' : `ct(${action.arguments.join(',')})`;
    case 'ctClear':
      return 'ct_clear';
    case 'note':
      return `note:${action.bytes}`;
    case 'unknown':
      return action.text;
  }
}

// src/host/openflow-match.ts
var protocolWords = ['ip', 'ipv6', 'arp', 'rarp', 'icmp', 'icmp6', 'tcp', 'tcp6', 'udp', 'udp6', 'sctp', 'sctp6'];
function parseMatch(text2) {
  return text2 === '' ? [] : splitOutsideBrackets(text2, ',').map(parseItem);
}
function parseItem(text2) {
  const word2 = protocolWords.find((candidate) => candidate === text2);
  if (word2 !== void 0) return { kind: 'protocol', word: word2 };
  const equals = text2.indexOf('=');
  if (equals <= 0) return { kind: 'unknown', text: text2 };
  const field = text2.slice(0, equals);
  const rest = text2.slice(equals + 1);
  if (!/^[a-z][a-z0-9_]*$/.test(field) || rest === '') return { kind: 'unknown', text: text2 };
  if (field === 'in_port') return { kind: 'inPort', port: parsePort(rest) };
  const slash = rest.indexOf('/');
  if (slash < 0) return { kind: 'field', field, value: rest, mask: null };
  return { kind: 'field', field, value: rest.slice(0, slash), mask: rest.slice(slash + 1) };
}

// src/host/openflow.ts
function parseFlow(flow) {
  return { match: parseMatch(flow.match), actions: parseActions(flow.actions) };
}

// src/trace/flow-match.ts
var protocols = {
  ip: [0x800n, null],
  ipv6: [0x86ddn, null],
  arp: [0x806n, null],
  rarp: [0x8035n, null],
  icmp: [0x800n, 1n],
  icmp6: [0x86ddn, 58n],
  tcp: [0x800n, 6n],
  tcp6: [0x86ddn, 6n],
  udp: [0x800n, 17n],
  udp6: [0x86ddn, 17n],
  sctp: [0x800n, 132n],
  sctp6: [0x86ddn, 132n],
};
function compileCondition(item, portName2) {
  switch (item.kind) {
    case 'unknown':
      return null;
    case 'inPort': {
      const name = portName2(item.port);
      return (_fields, inPort) => inPort === name;
    }
    case 'protocol': {
      const [etherType, protocol2] = protocols[item.word];
      return (fields) => fields['eth_type'] === etherType && (protocol2 === null || fields['nw_proto'] === protocol2);
    }
    case 'field':
      return fieldCondition(item.field, item.value, item.mask);
  }
}
function fieldCondition(name, value, mask) {
  if (name === 'dl_vlan') return vlanCondition(value);
  if (name === 'dl_vlan_pcp') return tciCondition((BigInt(value) << 13n) | 0x1000n, 0xf000n);
  const field = fieldBits(name);
  const expected = field === null ? null : parseValue(field, value, mask);
  if (field === null || expected === null) return null;
  const significant = name === 'nw_tos' && mask === null ? 0xfcn : expected.mask;
  return (fields) => ((readField(fields, field) ^ expected.value) & significant) === 0n;
}
function vlanCondition(value) {
  if (!/^(0x[0-9a-f]+|\d+)$/.test(value)) return null;
  const vlan = BigInt(value);
  return vlan === 0xffffn ? tciCondition(0n, 0x1000n) : tciCondition(vlan | 0x1000n, 0x1fffn);
}
function tciCondition(value, mask) {
  return (fields) => (((fields['vlan_tci'] ?? 0n) ^ value) & mask) === 0n;
}

// src/trace/flow-tables.ts
var prepared = /* @__PURE__ */ new WeakMap();
function flowTables(bridge, bridgeName) {
  const known = prepared.get(bridge);
  if (known !== void 0) return known;
  const made = prepare(bridge, bridgeName);
  prepared.set(bridge, made);
  return made;
}
function prepare(bridge, bridgeName) {
  const tables2 = /* @__PURE__ */ new Map();
  const notUnderstood = [];
  for (const flow of bridge.flows) {
    const parsed2 = parseFlow(flow);
    const conditions = parsed2.match.map((item) =>
      compileCondition(item, (port) => portName(bridge, bridgeName, port)),
    );
    const known = conditions.filter((condition) => condition !== null);
    if (known.length < conditions.length) {
      notUnderstood.push(flow);
      continue;
    }
    const table = tables2.get(flow.table) ?? [];
    table.push({ flow, conditions: known, actions: parsed2.actions });
    tables2.set(flow.table, table);
  }
  for (const table of tables2.values()) table.sort((one, other) => other.flow.priority - one.flow.priority);
  return { tables: tables2, notUnderstood };
}
function portName(bridge, bridgeName, port) {
  if (port.kind === 'named') return port.name === 'LOCAL' ? bridgeName : port.name;
  const found = Object.entries(bridge.ports).find(([, candidate]) => candidate.ofport === port.ofport);
  return found?.[0] ?? `port ${port.ofport}`;
}
function lookUp(tables2, table, fields, inPort) {
  const flows = tables2.tables.get(table) ?? [];
  const matching = flows.filter((flow) => flow.conditions.every((condition) => condition(fields, inPort)));
  let index = 0;
  while (index < matching.length) {
    const priority = matching[index]?.flow.priority;
    const level = matching.slice(index).filter((flow) => flow.flow.priority === priority);
    const plain2 = level.find((flow) => !isConjunctive(flow));
    if (plain2 !== void 0) return plain2;
    for (const id of fields['conj_id'] === void 0 ? completeConjunctions(level) : []) {
      const found = lookUp(tables2, table, { ...fields, conj_id: BigInt(id) }, inPort);
      if (found !== null && !isConjunctive(found)) return found;
    }
    index += level.length;
  }
  return null;
}
function isConjunctive(flow) {
  return flow.actions.some((action) => action.kind === 'conjunction');
}
function completeConjunctions(level) {
  const met = /* @__PURE__ */ new Map();
  for (const action of level.flatMap((flow) => flow.actions)) {
    if (action.kind !== 'conjunction') continue;
    const entry2 = met.get(action.id) ?? { clauses: action.clauses, seen: /* @__PURE__ */ new Set() };
    entry2.seen.add(action.clause);
    met.set(action.id, entry2);
  }
  return [...met].filter(([, entry2]) => entry2.seen.size === entry2.clauses).map(([id]) => id);
}

// src/trace/normal.ts
function switchNormally(bridge, bridgeName, inPort, fields) {
  const tci = Number(fields['vlan_tci'] ?? 0n);
  const frameVlan = (tci & 4096) === 0 ? 0 : tci & 4095;
  const access = bridge.ports[inPort]?.tag;
  if (access !== void 0 && frameVlan !== 0) return { kind: 'dropped', vlan: frameVlan, why: 'tagged-on-access-port' };
  const vlan = access ?? frameVlan;
  const destination = fields['eth_dst'] ?? 0n;
  if (destination >> 4n === 0x0180c200000n) return { kind: 'dropped', vlan, why: 'reserved-multicast' };
  const learned = isMulticast(destination) ? void 0 : learnedPort(bridge, bridgeName, vlan, formatMac(destination));
  if (learned === inPort) return { kind: 'dropped', vlan, why: 'learned-on-its-own-port' };
  if (learned !== void 0 && carries(bridge, learned, vlan)) {
    return { kind: 'known', vlan, outputs: [frameFor(bridge, learned, vlan, fields)] };
  }
  const ports = [...Object.keys(bridge.ports), bridgeName].filter(
    (port, index, all) => port !== inPort && all.indexOf(port) === index && carries(bridge, port, vlan),
  );
  if (ports.length === 0) return { kind: 'dropped', vlan, why: 'no-other-port-in-vlan' };
  return { kind: 'flooded', vlan, outputs: ports.map((port) => frameFor(bridge, port, vlan, fields)) };
}
function learnedPort(bridge, bridgeName, vlan, macAddress) {
  const port = bridge.macTable?.find((entry2) => entry2.vlan === vlan && entry2.macAddress === macAddress)?.port;
  return port === 'LOCAL' ? bridgeName : port;
}
function carries(bridge, port, vlan) {
  const tag = bridge.ports[port]?.tag;
  return tag === void 0 || tag === vlan;
}
function frameFor(bridge, port, vlan, fields) {
  const untagged = bridge.ports[port]?.tag !== void 0 || vlan === 0;
  const priority = (fields['vlan_tci'] ?? 0n) & 0xe000n;
  return { port, fields: { ...fields, vlan_tci: untagged ? 0n : BigInt(vlan | 4096) | priority } };
}
function isMulticast(macAddress) {
  return ((macAddress >> 40n) & 1n) === 1n;
}

// src/trace/openflow.ts
var maxLookups = 256;
function runPipeline(bridge, bridgeName, inPort, fields, connection = 'NEW') {
  const tables2 = flowTables(bridge, bridgeName);
  const execution = {
    bridge,
    bridgeName,
    tables: tables2,
    connection,
    inPort,
    steps: [],
    outputs: [],
    assumptions: new Set(tables2.notUnderstood.map((flow) => `match not understood, left out: ${flow.match}`)),
    normalDrop: null,
  };
  lookUpAndRun(execution, 0, fields, inPort);
  return {
    outputs: execution.outputs,
    steps: execution.steps,
    normalDrop: execution.outputs.length === 0 ? execution.normalDrop : null,
    assumptions: [...execution.assumptions],
  };
}
function lookUpAndRun(execution, table, fields, inPort) {
  if (execution.steps.length >= maxLookups) {
    execution.assumptions.add(`stopped after ${maxLookups} table look-ups: the flows resubmit in a circle`);
    return fields;
  }
  const found = lookUp(execution.tables, table, fields, inPort);
  execution.steps.push({ table, flow: found?.flow ?? null });
  return found === null ? fields : runActions(execution, table, found.actions, fields, inPort);
}
function runActions(execution, table, actions, start, inPort) {
  let fields = start;
  for (const action of actions) fields = runAction(execution, table, action, fields, inPort);
  return fields;
}
function runAction(execution, table, action, fields, inPort) {
  const { bridge, bridgeName } = execution;
  switch (action.kind) {
    case 'output':
      emit(execution, portName(bridge, bridgeName, action.port), fields);
      return fields;
    case 'inPort':
      put(execution, execution.inPort, fields, 'flow');
      return fields;
    case 'local':
      emit(execution, bridgeName, fields);
      return fields;
    case 'flood':
    case 'all':
      for (const port of Object.keys(bridge.ports)) emit(execution, port, fields);
      return fields;
    case 'normal':
      runNormal(execution, fields);
      return fields;
    case 'gotoTable':
      return lookUpAndRun(execution, action.table, fields, inPort);
    case 'resubmitPort':
      return lookUpAndRun(execution, table, fields, portName(bridge, bridgeName, action.port));
    case 'resubmitTable':
      return lookUpAndRun(
        execution,
        action.table ?? table,
        fields,
        action.port === null ? inPort : portName(bridge, bridgeName, action.port),
      );
    case 'ct':
      runConntrack(execution, action.arguments, fields, inPort);
      return fields;
    case 'ctClear':
      return { ...fields, ct_state: 0n };
    case 'outputField':
    case 'group':
    case 'unknown':
      execution.assumptions.add(`action not evaluated: ${action.kind === 'unknown' ? action.text : action.kind}`);
      return fields;
    case 'drop':
    case 'learn':
    case 'conjunction':
    case 'note':
    case 'meter':
    case 'setQueue':
    case 'popQueue':
      return fields;
    default:
      return rewrite(execution, action, fields);
  }
}
function rewrite(execution, action, fields) {
  const tci = fields['vlan_tci'] ?? 0n;
  switch (action.kind) {
    case 'pushVlan':
      return { ...fields, vlan_tci: 0x1000n, ...(tci === 0n ? {} : { inner_tci: tci }) };
    case 'popVlan':
      return { ...fields, vlan_tci: fields['inner_tci'] ?? 0n, inner_tci: 0n };
    case 'modVlanVid':
      return { ...fields, vlan_tci: (tci & 0xe000n) | BigInt(action.vlan | 4096) };
    case 'decTtl':
      return { ...fields, nw_ttl: (fields['nw_ttl'] ?? 1n) - 1n };
    case 'setField':
      return setField(execution, fields, action.field, action.value, action.mask);
    case 'modify':
      return setField(execution, fields, modifyWords[action.word], action.value, null);
    case 'load': {
      const to = subfieldBits(action.to);
      if (to !== null && /^(0x[0-9a-f]+|\d+)$/.test(action.value)) return writeField(fields, to, BigInt(action.value));
      execution.assumptions.add(`field not known: ${action.to.field}`);
      return fields;
    }
    case 'move': {
      const from = subfieldBits(action.from);
      const to = subfieldBits(action.to);
      if (from !== null && to !== null) return writeField(fields, to, readField(fields, from));
      execution.assumptions.add(`field not known: ${action.from.field} or ${action.to.field}`);
      return fields;
    }
  }
}
function setField(execution, fields, name, text2, mask) {
  if (name === 'dl_vlan_pcp') {
    const tci = (fields['vlan_tci'] ?? 0n) & 0x1fffn;
    return { ...fields, vlan_tci: tci | 0x1000n | (BigInt(text2) << 13n) };
  }
  const field = fieldBits(name);
  const value = field === null ? null : parseValue(field, text2, mask);
  if (field === null || value === null) {
    execution.assumptions.add(`field not known: ${name}`);
    return fields;
  }
  return writeField(fields, field, value.value, name === 'nw_tos' ? value.mask & 0xfcn : value.mask);
}
function runNormal(execution, fields) {
  const switching = switchNormally(execution.bridge, execution.bridgeName, execution.inPort, fields);
  if (switching.kind === 'dropped') {
    execution.normalDrop = { why: switching.why, vlan: switching.vlan };
    return;
  }
  for (const frame of switching.outputs) put(execution, frame.port, frame.fields, switching.kind);
}
function runConntrack(execution, options2, fields, inPort) {
  const table = options2.find((option2) => option2.startsWith('table='));
  if (options2.some((option2) => option2.startsWith('nat'))) execution.assumptions.add('ct(nat) not evaluated');
  if (table === void 0) return;
  const state = execution.connection === 'NEW' ? ctState('trk', 'new') : ctState('trk', 'est', 'rpl');
  lookUpAndRun(execution, Number(table.slice('table='.length)), { ...fields, ct_state: state }, inPort);
}
function emit(execution, port, fields) {
  if (port !== execution.inPort) put(execution, port, fields, 'flow');
}
function put(execution, port, fields, by) {
  const vlan = (fields['vlan_tci'] ?? 0n) & ones(16);
  execution.outputs.push({ port, fields: { ...fields, vlan_tci: vlan }, steps: [...execution.steps], by });
}

// src/trace/pipeline-stop.ts
function pipelineStop(bridgeName, inPort, bridge, result, packet) {
  const normal = result.normalDrop;
  if (normal !== null) return normalStop(inPort, normal.why, normal.vlan, packet);
  const last = result.steps.at(-1);
  const table = last?.table ?? 0;
  const flow = last?.flow ?? null;
  const shown =
    flow === null
      ? `no flow of ${bridgeName} table ${table} matches`
      : `${bridgeName} table ${table}: priority=${flow.priority}${flow.match === '' ? '' : `,${flow.match}`} actions=${flow.actions}`;
  const code = tableCode(bridgeName, inPort, bridge, table, flow !== null, flow?.match ?? '');
  return { code, message: `${shown} (${subject(code, packet)})` };
}
function tableCode(bridgeName, inPort, bridge, table, matched, match) {
  if (bridge.flows.length === 0 || (!matched && table === 0)) return 'NO_FLOW';
  if (match.includes('dl_vlan=4095')) return 'PORT_DEAD';
  if (bridgeName === 'br-int' && table === 24) return 'ARP_SPOOFED';
  if (bridgeName === 'br-int' && table === 25) return 'ADDRESS_SPOOFED';
  if (inPort.startsWith('int-') || inPort.startsWith('phy-')) return 'SEGMENT_NOT_MAPPED';
  if (bridgeName === 'br-tun') {
    if (table === 0) return 'TUNNEL_FLOW_MISSING';
    if (table === 3 || table === 4 || table === 6) return 'VNI_NOT_MAPPED';
    if (table === 20 || table === 21 || table === 22) return 'FDB_ENTRY_MISSING';
  }
  return matched ? 'FLOW_DROP' : 'NO_FLOW';
}
function subject(code, packet) {
  switch (code) {
    case 'ADDRESS_SPOOFED':
      return `source MAC ${packet.macSource}`;
    case 'VNI_NOT_MAPPED':
      return `VNI ${packet.vni}`;
    case 'FDB_ENTRY_MISSING':
      return `MAC ${packet.macDestination} in VLAN ${packet.vlan}`;
    default:
      return packet.vlan === null ? 'untagged' : `VLAN ${packet.vlan}`;
  }
}
function normalStop(inPort, why, vlan, packet) {
  switch (why) {
    case 'tagged-on-access-port':
      return { code: 'LOCAL_VLAN_MISMATCH', message: `a frame tagged ${vlan} came in by the access port ${inPort}` };
    case 'no-other-port-in-vlan':
      return { code: 'LOCAL_VLAN_MISMATCH', message: `no other port of the bridge is in VLAN ${vlan}` };
    case 'learned-on-its-own-port':
      return {
        code: 'MAC_LEARNED_ELSEWHERE',
        message: `the switch learned ${packet.macDestination} in VLAN ${vlan} on ${inPort}, where the packet comes from`,
      };
    case 'reserved-multicast':
      return {
        code: 'FLOW_DROP',
        message: `${packet.macDestination} is reserved for neighbouring bridges and never forwarded`,
      };
  }
}

// src/trace/pipeline-words.ts
function pipelineWords(bridge, inPort, before, after, output) {
  const tag = bridge.ports[inPort]?.tag ?? null;
  const outTag = bridge.ports[output.port]?.tag ?? null;
  const vlanBefore = tag ?? before.vlan;
  const vlanAfter = outTag ?? after.vlan;
  const marked2 = before.dscp === after.dscp ? '' : `, DSCP ${after.dscp}`;
  if (before.vni !== null && after.vni === before.vni && vlanAfter !== null)
    return `VNI ${before.vni} becomes VLAN ${vlanAfter}${marked2}`;
  if (after.vni !== null && after.vni !== before.vni)
    return `VLAN ${vlanBefore ?? 'none'} becomes VNI ${after.vni}${marked2}`;
  if (tag !== null) return `into local VLAN ${tag}${marked2}`;
  if (vlanBefore !== vlanAfter) return `${vlanWords(vlanBefore)} becomes ${vlanWords(vlanAfter)}${marked2}`;
  return `to ${output.port}${vlanAfter === null ? '' : `, in VLAN ${vlanAfter}`}${marked2}`;
}
function vlanWords(vlan) {
  return vlan === null ? 'untagged' : `VLAN ${vlan}`;
}
function pipelineBecause(bridgeName, bridge, steps, after, output) {
  const last = steps.at(-1);
  if (last === void 0) return '';
  if (output === null)
    return last.flow === null ? `table ${last.table}: no flow` : `table ${last.table}, priority ${last.flow.priority}`;
  const remote = bridge.ports[output.port]?.options['remote_ip'];
  if (bridgeName === 'br-tun' && remote !== void 0) {
    if (last.table === 22) return `table 22: flooded, also to ${remote}`;
    if (last.table === 20) return `table 20: ${after.macDestination} is behind ${remote}`;
  }
  if (bridgeName === 'br-tun') {
    const mapped = steps.find((step2) => step2.table === 4);
    if (mapped !== void 0) return 'table 4';
  }
  const guarded = steps.find((step2) => step2.table === 25 && step2.flow !== null);
  if (guarded !== void 0) return 'table 25: source MAC is the port\u2019s';
  if (output.by === 'known') return `NORMAL: MAC learned on ${output.port}`;
  if (output.by === 'flooded') return 'NORMAL: floods the VLAN';
  return `table ${last.table}`;
}

// src/trace/walk-switch.ts
function walkSwitch(journey, move) {
  const state = journey.states[move.host];
  const bridge = state?.bridges[move.bridge];
  if (bridge === void 0) return [];
  const { packet } = move.traveller;
  const result = runPipeline(bridge, move.bridge, move.port, packetFields(packet), journey.connection);
  const assumptions = [...move.traveller.assumptions, ...result.assumptions];
  const traveller = { ...move.traveller, assumptions };
  const outputs = result.outputs.map((output) => {
    const after = fieldsPacket(packet, output.fields);
    const shown2 = showPipeline(move, traveller, bridge, output.steps, after, output);
    return { kind: 'switchedOut', host: move.host, bridge: move.bridge, port: output.port, traveller: shown2 };
  });
  const missed = missedGoal(journey, move, traveller, bridge, result);
  if (missed !== null) return [...outputs, missed];
  if (outputs.length > 0) return outputs;
  const shown = showPipeline(move, traveller, bridge, result.steps, packet, null);
  const reason = pipelineStop(move.bridge, move.port, bridge, result, packet);
  const letter = portLetter(move.bridge, move.port, traveller.side);
  return [stopped(shown, { letter, host: move.host }, reason.code, reason.message)];
}
function showPipeline(move, traveller, bridge, steps, after, output) {
  const evidence = [...flowEvidence(move.bridge, steps), ...tagEvidence(move, bridge)];
  if (bridge.ports[move.port]?.type === 'internal') return withEvidence(traveller, evidence, after);
  return withHop(
    traveller,
    {
      letter: portLetter(move.bridge, move.port, traveller.side),
      host: move.host,
      namespace: '',
      device: move.port,
      place: move.bridge,
      what: output === null ? '' : pipelineWords(bridge, move.port, traveller.packet, after, output),
      because: pipelineBecause(move.bridge, bridge, steps, after, output),
      evidence,
    },
    after,
  );
}
function flowEvidence(bridge, steps) {
  return steps.map(({ table, flow }) => ({
    command: `ovs-ofctl --names dump-flows ${bridge} table=${table}`,
    text:
      flow === null
        ? `table=${table} no flow matches`
        : `table=${table}, priority=${flow.priority}${flow.match === '' ? '' : `,${flow.match}`} actions=${flow.actions}`,
  }));
}
function tagEvidence(move, bridge) {
  const tag = bridge.ports[move.port]?.tag;
  return tag === void 0 ? [] : [{ command: `ovs-vsctl get Port ${move.port} tag`, text: String(tag) }];
}
function missedGoal(journey, move, traveller, bridge, result) {
  const port = addressee(journey, traveller.packet);
  if (port === void 0 || result.outputs.length === 0) return null;
  const letter = portLetter(move.bridge, move.port, traveller.side);
  const [first] = result.outputs;
  const shown = showPipeline(move, traveller, bridge, result.steps, traveller.packet, first ?? null);
  if (port.host === move.host) {
    const name = ovsPortOf(journey.states[move.host], move.bridge, port);
    if (name === void 0 || name === move.port || result.outputs.some((output) => output.port === name)) return null;
    const tag = bridge.ports[name]?.tag;
    const vlan = vlanOf(first?.fields ?? {}, bridge, first?.port);
    const target = { letter: portLetter(move.bridge, name, traveller.side) || letter, host: move.host };
    if (tag === 4095) return stopped(shown, target, 'PORT_DEAD', `${name} is in VLAN 4095`);
    if (tag !== void 0 && tag !== vlan) {
      const message = `the packet is in local VLAN ${vlan} and ${name} has tag ${tag}`;
      return stopped(shown, target, 'LOCAL_VLAN_MISMATCH', message);
    }
    const where = result.outputs.map((output) => output.port).join(', ');
    return stopped(
      shown,
      target,
      'MAC_LEARNED_ELSEWHERE',
      `${traveller.packet.macDestination} goes to ${where}, not to ${name}`,
    );
  }
  return move.bridge === 'br-tun' && move.port === 'patch-int'
    ? missedTunnel(journey, move, shown, bridge, result, port.host)
    : null;
}
function vlanOf(fields, bridge, port) {
  const tci = Number(fields['vlan_tci'] ?? 0n);
  return (tci & 4096) === 0 ? (bridge.ports[port ?? '']?.tag ?? 0) : tci & 4095;
}
function missedTunnel(journey, move, traveller, bridge, result, goal) {
  const ends = tunnelAddresses(journey, goal);
  if (ends.length === 0) return null;
  const towards = Object.entries(bridge.ports).filter(([, port]) => ends.includes(port.options['remote_ip'] ?? ''));
  if (result.outputs.some((output) => towards.some(([name]) => name === output.port))) return null;
  const at = { letter: portLetter(move.bridge, move.port, traveller.side), host: move.host };
  const [tunnel] = towards;
  if (tunnel === void 0) {
    return stopped(traveller, at, 'TUNNEL_MISSING', `br-tun has no tunnel port to ${goal} (${ends.join(', ')})`);
  }
  const message = `no flow sends ${traveller.packet.macDestination} to ${tunnel[0]}, behind which ${goal} is`;
  return stopped(traveller, at, 'FDB_ENTRY_MISSING', message);
}
function tunnelAddresses(journey, host) {
  const ports = Object.values(journey.states[host]?.bridges['br-tun']?.ports ?? {});
  return [...new Set(ports.flatMap((port) => port.options['local_ip'] ?? []))];
}

// src/trace/walk.ts
var maxHops = 120;
var maxMoves = 2e4;
function walkWithReply(states2, question) {
  const { line, translations } = walkBoth(states2, question);
  if (line.verdict === 'stops') return { line, reply: null };
  const last = line.hops.at(-1)?.packet ?? line.packet;
  const packet = answering(last, question.to);
  const journey = {
    states: states2,
    model: question.model,
    to: question.from,
    connection: 'ESTABLISHED',
    remembered: translations,
  };
  return { line, reply: follow(journey, question.to, packet).line };
}
function walkBoth(states2, question) {
  const journey = { states: states2, model: question.model, to: question.to, connection: 'NEW', remembered: [] };
  return follow(journey, question.from, firstPacket(question));
}
function follow(journey, from, packet) {
  const moves = [...startMoves(journey, from, packet)];
  const ends = [];
  for (let count = 0; moves.length > 0 && count < maxMoves; count += 1) {
    const move = moves.pop();
    if (move === void 0) break;
    if (move.kind === 'end') ends.push(move);
    else if (move.traveller.hops.length > maxHops) ends.push(circle(move.traveller));
    else moves.push(...step(journey, move));
  }
  const best = ends.toSorted((one, other) => rank(other) - rank(one))[0];
  const traveller = best?.traveller ?? {
    packet,
    hops: [],
    side: 'compute',
    translations: [],
    assumptions: [],
  };
  const stop = best === void 0 || best.outcome.kind === 'elsewhere' ? lost(traveller) : stopOf(best.outcome);
  return { line: lineOf(journey, from, packet, traveller, stop), translations: traveller.translations };
}
function step(journey, move) {
  switch (move.kind) {
    case 'received':
      return walkReceived(journey, move);
    case 'sent':
      return walkLink(journey, move);
    case 'switched':
      return walkSwitch(journey, move);
    case 'switchedOut':
      return walkPort(journey, move);
  }
}
function circle(traveller) {
  const last = traveller.hops.at(-1);
  const { message, mend } = reasons.WALK_TOO_LONG;
  const stop = { letter: last?.letter ?? '', host: last?.host ?? '', code: 'WALK_TOO_LONG', message, mend };
  return { traveller, outcome: { kind: 'stops', stop, certain: false } };
}
function rank({ traveller, outcome }) {
  const base = { arrives: 3e3, stops: 1e3, elsewhere: 0 }[outcome.kind];
  const certain = outcome.kind === 'stops' && outcome.certain ? 1e3 : 0;
  return base + certain + traveller.hops.length;
}
function stopOf(outcome) {
  return outcome.kind === 'stops' ? outcome.stop : null;
}
function lost(traveller) {
  const last = traveller.hops.at(-1);
  const message = 'the packet reaches other ports only: no copy goes to the destination';
  return {
    letter: last?.letter ?? '',
    host: last?.host ?? '',
    code: 'NOTHING_LISTENS',
    message,
    mend: reasons.NOTHING_LISTENS.mend,
  };
}
function lineOf(journey, from, packet, traveller, stop) {
  const last = traveller.hops.at(-1)?.packet ?? packet;
  return {
    from,
    to: journey.to,
    packet,
    verdict: stop === null ? 'arrives' : 'stops',
    translatedSource: last.ipSource === packet.ipSource ? null : last.ipSource,
    translatedDestination: last.ipDestination === packet.ipDestination ? null : last.ipDestination,
    hops: traveller.hops,
    stop,
    assumptions: [...new Set(traveller.assumptions)],
  };
}
function firstPacket(question) {
  const { from, to, protocol: protocol2 } = question;
  const ipDestination = to.kind === 'outside' ? to.ipAddress : to.address;
  const ipVersion = ipVersionOf(ipDestination);
  const ports = hasPorts(protocol2)
    ? { sourcePort: question.sourcePort ?? ephemeralPort, destinationPort: question.destinationPort ?? 0 }
    : { sourcePort: echoTypes[ipVersion].request, destinationPort: 0 };
  return {
    macSource: from.kind === 'port' ? from.macAddress : strangerMac,
    macDestination: 'ff:ff:ff:ff:ff:ff',
    vlan: null,
    vni: null,
    ipVersion,
    ipSource: from.ipAddress,
    ipDestination,
    protocol: protocol2,
    ...ports,
    dscp: 0,
    ttl: 64,
    bytes: question.bytes ?? 84,
  };
}
function answering(packet, from) {
  const ports = hasPorts(packet.protocol)
    ? { sourcePort: packet.destinationPort, destinationPort: packet.sourcePort }
    : { sourcePort: echoTypes[packet.ipVersion].reply, destinationPort: 0 };
  return {
    ...packet,
    ...ports,
    macSource: from.kind === 'port' ? from.macAddress : strangerMac,
    macDestination: 'ff:ff:ff:ff:ff:ff',
    ipSource: packet.ipDestination,
    ipDestination: packet.ipSource,
    vlan: null,
    vni: null,
    ttl: 64,
  };
}

// src/trace/resolve.ts
function resolveEndpoint(model2, text2, network2) {
  const networkIds = network2 === void 0 ? null : networksNamed(model2, network2);
  if (networkIds !== null && networkIds.length === 0)
    return { kind: 'unclear', message: `no network ${network2}`, candidates: [] };
  const ports = model2.ports.filter((port) => networkIds === null || networkIds.includes(port.networkId));
  const address = parseAddress(text2);
  if (address !== null) return resolveAddress(model2, ports, text2);
  for (const matcher of [byId, byName2, byMac, byIdPrefix]) {
    const found = ports.filter((port) => matcher(port, text2));
    if (found.length > 0) return onlyOne(model2, found, text2, null);
  }
  return {
    kind: 'unclear',
    message: `no port, address or floating IP is ${text2}`,
    candidates: similar(model2, text2),
  };
}
function networksNamed(model2, text2) {
  return model2.networks.filter(({ id, name }) => id === text2 || name === text2).map(({ id }) => id);
}
function byId(port, text2) {
  return port.id === text2;
}
function byName2(port, text2) {
  return port.name === text2;
}
function byMac(port, text2) {
  return port.macAddress === text2.toLowerCase();
}
function byIdPrefix(port, text2) {
  const prefix = text2.replace(/^(?:tap|qbr|qvb|qvo|qr-|qg-)/, '');
  return prefix.length >= 4 && port.id.startsWith(prefix);
}
function resolveAddress(model2, ports, text2) {
  const floating = model2.floatingIps.find((floatingIp) => floatingIp.floatingIpAddress === text2);
  const behind = floating === void 0 ? void 0 : model2.ports.find((port) => port.id === floating.portId);
  if (behind !== void 0)
    return { kind: 'found', endpoint: endpointOf(model2, behind, floating?.fixedIpAddress ?? null, text2) };
  const owners = ports.filter((port) => port.fixedIps.some((fixedIp) => fixedIp.ipAddress === text2));
  const others = owners.filter((port) => port.deviceOwner !== 'network:floatingip');
  if (others.length > 0) return onlyOne(model2, others, text2, text2);
  const paired = ports.filter((port) => port.allowedAddressPairs.some((pair) => pair.ipAddress === text2));
  if (paired.length > 0) return onlyOne(model2, paired, text2, text2);
  return resolveStranger(model2, text2);
}
function resolveStranger(model2, text2) {
  const external = new Set(model2.networks.filter((network2) => network2.external).map((network2) => network2.id));
  const subnet2 = model2.subnets.find(
    (candidate) => !external.has(candidate.networkId) && isInCidr(text2, candidate.cidr),
  );
  if (subnet2 === void 0) return { kind: 'found', endpoint: { kind: 'outside', name: text2, ipAddress: text2 } };
  const neighbours = model2.ports.filter((port) => port.fixedIps.some((fixedIp) => fixedIp.subnetId === subnet2.id));
  return {
    kind: 'unclear',
    message: `no port has ${text2}, which lies in subnet ${subnet2.name || subnet2.id} (${subnet2.cidr})`,
    candidates: neighbours.slice(0, 10).map((port) => candidateText(model2, port)),
  };
}
function onlyOne(model2, found, text2, ipAddress) {
  const [port] = found;
  if (port !== void 0 && found.length === 1) {
    return { kind: 'found', endpoint: endpointOf(model2, port, ipAddress, ipAddress) };
  }
  const message = `${text2} is not one port but ${found.length}; name its id or its network`;
  return {
    kind: 'unclear',
    message,
    candidates: found.slice(0, 10).map((candidate) => candidateText(model2, candidate)),
  };
}
function candidateText(model2, port) {
  const network2 = model2.networks.find((candidate) => candidate.id === port.networkId)?.name ?? port.networkId;
  const addresses = port.fixedIps.map((fixedIp) => fixedIp.ipAddress).join(' ');
  return `${port.id} ${port.name} ${addresses} on ${network2}`.replaceAll(/ +/g, ' ');
}
function similar(model2, text2) {
  const wanted = text2.toLowerCase();
  return model2.ports
    .filter(
      (port) =>
        port.name !== '' && (port.name.toLowerCase().includes(wanted) || wanted.includes(port.name.toLowerCase())),
    )
    .slice(0, 10)
    .map((port) => candidateText(model2, port));
}
function endpointOf(model2, port, ipAddress, address) {
  const first = port.fixedIps.find((fixedIp2) => !fixedIp2.ipAddress.includes(':')) ?? port.fixedIps[0];
  const fixedIp = ipAddress ?? first?.ipAddress ?? '';
  const floating = model2.floatingIps.find(
    (candidate) => candidate.portId === port.id && (fixedIp === '' || candidate.fixedIpAddress === fixedIp),
  );
  return {
    kind: 'port',
    name: port.name === '' ? port.id.slice(0, 11) : port.name,
    portId: port.id,
    networkId: port.networkId,
    macAddress: port.macAddress,
    ipAddress: fixedIp,
    floatingIpAddress: floating?.floatingIpAddress ?? null,
    address: address ?? fixedIp,
    host: port.host,
    device: deviceOfPort(port),
    deviceOwner: port.deviceOwner,
  };
}
function addressedFrom(from, to) {
  if (from.kind === 'port' || to.kind === 'outside' || to.address !== to.ipAddress) return to;
  return { ...to, address: to.floatingIpAddress ?? to.ipAddress };
}

// src/trace/render.ts
function renderLine(line, options2 = {}) {
  const paint = options2.colour === true ? ansi : plain;
  const rows = line.hops.map(columns);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...rows.map((row) => Array.from(row[column] ?? '').length)),
  );
  const hops = line.hops.flatMap((hop, index) => {
    const last = line.stop !== null && index === line.hops.length - 1;
    const row = (rows[index] ?? []).map((cell, column) =>
      pad(cell, Math.min(widths[column] ?? 0, maxWidths[column] ?? 0)),
    );
    const text2 = ` ${row.join('  ')}`.trimEnd();
    return [last ? paint.bad(text2) : text2, ...(options2.explain === true ? explained(hop, paint) : [])];
  });
  const blocks = [[headline(line, options2, paint)], hops, stopLines(line, paint), assumptionLines(line, paint)];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}
`;
}
var plain = { good: (text2) => text2, bad: (text2) => text2, dim: (text2) => text2, bold: (text2) => text2 };
function escape(code) {
  return (text2) => `\x1B[${code}m${text2}\x1B[0m`;
}
var ansi = { good: escape(32), bad: escape(31), dim: escape(2), bold: escape(1) };
var maxWidths = [1, 24, 24, 18, 72, 200];
function columns(hop) {
  return [hop.letter, hop.host, shortPlace(hop.place), hop.device, hop.what, hop.because];
}
function shortPlace(place) {
  return place.replace(/^(q[a-z]+-[0-9a-f]{8})-[0-9a-f-]{27}$/, '$1\u2026');
}
function pad(text2, width) {
  return text2 + ' '.repeat(Math.max(0, width - Array.from(text2).length));
}
function headline(line, options2, paint) {
  const { packet, stop } = line;
  const service = hasPorts(packet.protocol) ? `${packet.protocol} ${packet.destinationPort}` : packet.protocol;
  const ends = paint.bold(
    `${nameOf(line.from, packet.ipSource)} -> ${nameOf(line.to, packet.ipDestination)} ${service}`,
  );
  const hosts = line.hops.map((hop) => hop.host).filter((host, index, all) => host !== all[index - 1]);
  const letters = line.hops.filter((hop) => hop.letter !== '').length;
  const way = `${letters} letters, ${hosts.join(' -> ')}`;
  const took = options2.tookMs === void 0 ? '' : `, walked in ${options2.tookMs.toFixed(2)} ms`;
  if (stop !== null) {
    const where = stop.letter === '' ? stop.host : `${stop.letter} on ${stop.host}`;
    return `${ends}   ${paint.bad(`stops at ${where}: ${stop.code}`)}   ${way}${took}`;
  }
  const as = [
    ...(line.translatedSource === null ? [] : [`as ${line.translatedSource}`]),
    ...(line.translatedDestination === null ? [] : [`at ${line.translatedDestination}`]),
  ];
  return `${ends}   ${paint.good(['arrives', ...as].join(', '))}   ${way}${took}`;
}
function nameOf(endpoint, ipAddress) {
  return endpoint.kind === 'outside' || endpoint.name === ipAddress ? ipAddress : `${endpoint.name} ${ipAddress}`;
}
function explained(hop, paint) {
  return hop.evidence.flatMap((evidence) => [
    paint.dim(`      $ ${evidence.command}`),
    ...(evidence.text === '' ? [] : [paint.dim(`        ${evidence.text}`)]),
  ]);
}
function stopLines(line, paint) {
  const { stop } = line;
  if (stop === null) return [];
  return [
    paint.bad(` \u2717 ${stop.letter === '' ? '' : `${stop.letter} `}${stop.host}  ${stop.message}`),
    `   mend: ${stop.mend}`,
  ];
}
function assumptionLines(line, paint) {
  return line.assumptions.map((assumption) => paint.dim(` taken for granted: ${assumption}`));
}

// ../../../tmp/trace-show.mts
var states = observedStates();
var model = observedModel(states);
var [, , a, b, protocol = 'icmp', dport, ex] = process.argv;
var f = resolveEndpoint(model, a);
var t = resolveEndpoint(model, b);
if (f.kind !== 'found' || t.kind !== 'found') {
  console.log(f, t);
  process.exit(1);
}
var t0 = performance.now();
var r = walkWithReply(states, {
  from: f.endpoint,
  to: addressedFrom(f.endpoint, t.endpoint),
  protocol,
  destinationPort: Number(dport),
  model,
});
console.log(renderLine(r.line, { tookMs: performance.now() - t0, explain: ex === 'x' }));
if (r.reply) console.log(renderLine(r.reply));
