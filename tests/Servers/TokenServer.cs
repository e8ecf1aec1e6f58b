using System.Net;
using System.Text;

namespace MailBackup.Tests.Servers;

/// <summary>Says of one access token that it is good (RFC 7662, as Dovecot asks: the token in the header), and of every other that it is not.</summary>
internal sealed class TokenServer : IDisposable
{
    private readonly HttpListener _listener;
    private readonly string _token, _user;

    public TokenServer(string token, string user)
    {
        (_token, _user) = (token, user);
        for (int port = 30100 + (Environment.ProcessId % 400); ; port++)
        {
            Address = new Uri($"http://127.0.0.1:{port}/");
            var listener = new HttpListener();
            listener.Prefixes.Add(Address.ToString());
            try
            {
                listener.Start();
                _listener = listener;
                break;
            }
            catch (HttpListenerException) when (port < 30700)
            {
                // It is closed now, and of no further use.
            }
        }

        _ = ServeAsync();
    }

    public Uri Address { get; private set; }

    public int Asked;

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                Interlocked.Increment(ref Asked);
                bool good = context.Request.Headers["Authorization"] == $"Bearer {_token}";
                context.Response.StatusCode = good ? 200 : 401;
                context.Response.ContentType = "application/json";
                context.Response.Close(Encoding.UTF8.GetBytes(good ? $"{{\"active\":true,\"email\":\"{_user}\"}}" : "{\"active\":false}"), willBlock: false);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
        }
    }
}
