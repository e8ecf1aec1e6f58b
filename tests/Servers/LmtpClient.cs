using System.Net.Sockets;
using System.Text;

namespace MailBackup.Tests.Servers;

/// <summary>Hands mails to a server for local delivery (LMTP, RFC 2033), as a transfer agent does.</summary>
internal sealed class LmtpClient : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly StreamReader _reader;
    private readonly Stream _stream;

    public LmtpClient(int port)
    {
        _client.Connect("127.0.0.1", port);
        _stream = _client.GetStream();
        _reader = new StreamReader(_stream, Encoding.Latin1);
        Expect("220");
        Say("LHLO tests.example.com", "250");
    }

    /// <summary>One mail to many; each recipient is answered for by itself.</summary>
    public void Deliver(string text, params IReadOnlyList<string> recipients)
    {
        Say("MAIL FROM:<ann@example.com>", "250");
        foreach (string recipient in recipients)
        {
            Say($"RCPT TO:<{recipient}>", "250");
        }

        Say("DATA", "354");
        Send(string.Join("\r\n", text.Split("\r\n").Select(l => l.StartsWith('.') ? "." + l : l)) + "\r\n.");
        foreach (string recipient in recipients)
        {
            Assert.StartsWith("250", Expect("250"), StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _client.Dispose();
    }

    private void Say(string line, string answer)
    {
        Send(line);
        Expect(answer);
    }

    private void Send(string line) => _stream.Write(Encoding.Latin1.GetBytes(line + "\r\n"));

    private string Expect(string code)
    {
        while (true)
        {
            string line = _reader.ReadLine() ?? throw new IOException("The server has gone.");
            Assert.True(line.StartsWith(code, StringComparison.Ordinal), line);
            if (line.Length < 4 || line[3] != '-')
            {
                return line;
            }
        }
    }
}
