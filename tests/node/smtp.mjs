// smtp.mjs -- a mail server for tests, strict about the protocol: what it was given is in `mails`, what was done wrong in `wrongs`.
import { createServer } from 'node:net';

/** what.auth: "user:password" that must sign in. what.starttls: is offered, with a handshake that never comes to be.
 * Recipients later@… get 451 the first time, refused@… 550. */
export class MailServer {
  constructor(what = {}) {
    Object.assign(this, { what, mails: [], wrongs: [], tries: new Map(), sessions: 0, startedTls: 0 });
    this.server = createServer((socket) => this.talk(socket));
  }

  async start() {
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.port = this.server.address().port;
    return this;
  }

  stop() {
    return new Promise((done) => this.server.close(() => done()));
  }

  talk(socket) {
    const state = { greeted: false, signed: !this.what.auth, from: null, to: [], data: null, asked: null };
    let rest = '';
    this.sessions++;
    socket.on('error', () => {});
    const say = (text) => socket.write(`${text}\r\n`);
    say('220 mail.test ready');
    socket.on('data', (bytes) => {
      rest += bytes.toString('latin1');
      for (let at; (at = rest.indexOf('\n')) >= 0;) {
        const line = rest.slice(0, at + 1);
        rest = rest.slice(at + 1);
        if (!line.endsWith('\r\n')) this.wrongs.push(`a line ends without CR: ${JSON.stringify(line)}`);
        if (line.length > 1000) this.wrongs.push(`a line of ${line.length}`);
        this.hear(state, line.replace(/\r?\n$/, ''), say, socket);
      }
    });
  }

  hear(state, line, say, socket) {
    if (state.data !== null) {
      if (line !== '.') {
        state.data.push(line.startsWith('.') ? line.slice(1) : line);
        return;
      }
      this.mails.push({ from: state.from, to: state.to, text: state.data.join('\r\n') });
      Object.assign(state, { from: null, to: [], data: null });
      say('250 2.0.0 kept');
      return;
    }
    if (state.asked) {
      this.sign(state, line, say);
      return;
    }
    const [verb] = line.toUpperCase().split(' ');
    const wrong = (text) => { this.wrongs.push(`${line}: ${text}`); say('503 5.5.1 wrong order'); };
    if (verb === 'EHLO') {
      state.greeted = true;
      const offers = [...(this.what.starttls ? ['STARTTLS'] : []), ...(this.what.auth ? ['AUTH PLAIN'] : []), '8BITMIME'];
      ['mail.test', ...offers].forEach((text, i, all) => say(`250${i < all.length - 1 ? '-' : ' '}${text}`));
    } else if (verb === 'STARTTLS' && this.what.starttls) {
      this.startedTls++;
      say('220 go on');
      setTimeout(() => socket.destroy(), 50);
    } else if (verb === 'AUTH') {
      state.asked = 'PLAIN';
      const given = line.split(' ')[2];
      if (given) this.sign(state, given, say);
      else say('334 ');
    } else if (verb === 'MAIL') {
      if (!state.greeted || state.from !== null) wrong('MAIL out of order');
      else if (!state.signed) say('530 5.7.0 sign in first');
      else {
        state.from = /FROM:<([^>]*)>/i.exec(line)?.[1] ?? null;
        say('250 2.1.0 ok');
      }
    } else if (verb === 'RCPT') {
      const to = /TO:<([^>]*)>/i.exec(line)?.[1];
      if (state.from === null || !to) { wrong('RCPT out of order'); return; }
      const tries = (this.tries.get(to) ?? 0) + 1;
      this.tries.set(to, tries);
      if (to.startsWith('refused@')) say('550 5.1.1 no such mailbox');
      else if (to.startsWith('later@') && tries === 1) say('451 4.3.0 try again later');
      else { state.to.push(to); say('250 2.1.5 ok'); }
    } else if (verb === 'DATA') {
      if (!state.to.length) { wrong('DATA out of order'); return; }
      state.data = [];
      say('354 go on');
    } else if (verb === 'QUIT') {
      say('221 2.0.0 bye');
      socket.end();
    } else if (verb === 'RSET' || verb === 'NOOP') say('250 ok');
    else say('502 5.5.1 not known');
  }

  sign(state, given, say) {
    const [, user, password] = Buffer.from(given, 'base64').toString().split('\0');
    state.asked = null;
    state.signed = `${user}:${password}` === this.what.auth;
    say(state.signed ? '235 2.7.0 ok' : '535 5.7.8 wrong user or password');
  }
}
