class Guard:
    def __init__(self, app, hosts, origins, token=""):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)
