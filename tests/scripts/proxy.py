"""A proxy for TCP connections to one port of the loopback, which can freeze those that are open."""

import asyncio
import threading
import time


class Link:
    """A connection to the proxy and the one that it is forwarded to."""

    def __init__(self, source, target):
        self.source, self.target, self.frozen = source, target, False

    def abort(self):
        for writer in (self.source, self.target):
            writer.transport.abort()


class Proxy:
    """Works in a thread of its own while it is entered."""

    def __init__(self, target):
        self.target, self.port = target, None
        self.loop, self.open, self.frozen = asyncio.new_event_loop(), set(), set()
        self.asked = asyncio.Event()  # something came through to the target
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.server = self._do(asyncio.start_server(self._accept, "127.0.0.1", 0))
        [socket] = self.server.sockets
        self.port = socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self._do(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def freeze(self, in_midst):
        """Nothing more comes through the connections that are open now, or just after something next came through to the
        target (`in_midst`); in neither direction, and none is closed. Others are not concerned. Gives when that was, and how
        many there are."""
        return self._do(self._freeze(in_midst))

    def drop(self):
        """Closes what is frozen."""
        self._do(self._drop())

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def _accept(self, reader, writer):
        try:
            target_reader, target_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        link = Link(writer, target_writer)
        self.open.add(link)
        await asyncio.gather(self._forward(link, reader, target_writer), self._forward(link, target_reader, writer))
        self.open.discard(link)

    async def _forward(self, link, reader, writer):
        try:
            while (data := await reader.read(65536)) and not link.frozen:
                writer.write(data)
                if writer is link.target:
                    self.asked.set()
                await writer.drain()
        except ConnectionError:
            pass
        if not link.frozen:
            link.abort()

    async def _freeze(self, in_midst):
        if in_midst:
            self.asked.clear()
            await self.asked.wait()
        for link in self.open:
            link.frozen = True
        count = len(self.open)
        self.frozen |= self.open
        self.open.clear()
        return time.monotonic(), count

    async def _drop(self):
        for link in self.frozen:
            link.abort()
        self.frozen.clear()

    async def _end(self):
        self.server.close()
        for link in self.open | self.frozen:
            link.abort()
        await asyncio.sleep(0.1)
