using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MailBackup.Tests.Servers;

/// <summary>One user's look at an IMAP server (RFC 3501): just enough to see what a mail program sees, and to do what its user does.</summary>
internal sealed partial class ImapSession : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly Stream _stream;
    private int _tag;

    public ImapSession(int port, string user, string password)
    {
        _client.Connect(IPAddress.Loopback, port);
        _stream = new BufferedStream(_client.GetStream());
        _client.ReceiveTimeout = 60_000;
        ReadLine();
        Send($"LOGIN {Quote(user)} {Quote(password)}");
    }

    /// <summary>Sends a command and gives its untagged responses, each literal in them replaced by <c>{SHA-256 of it}</c>.</summary>
    public List<string> Send(string command)
    {
        string tag = $"a{++_tag}";
        _stream.Write(Encoding.UTF8.GetBytes($"{tag} {command}\r\n"));
        _stream.Flush();
        var responses = new List<string>();
        while (true)
        {
            string line = ReadResponse();
            if (line.StartsWith(tag + " ", StringComparison.Ordinal))
            {
                Assert.True(line.StartsWith(tag + " OK", StringComparison.Ordinal), $"{command}: {line}");
                return responses;
            }

            responses.Add(line);
        }
    }

    /// <summary>Puts a mail into a folder as a mail program does.</summary>
    public void Append(string folder, string flags, DateTimeOffset date, byte[] content) => Assert.True(TryAppend(folder, flags, date, content));

    /// <summary>False when the server does not take it.</summary>
    public bool TryAppend(string folder, string flags, DateTimeOffset date, byte[] content)
    {
        string tag = $"a{++_tag}";
        string when = date.ToString("dd-MMM-yyyy HH:mm:ss", CultureInfo.InvariantCulture) + " +0000";
        _stream.Write(Encoding.UTF8.GetBytes($"{tag} APPEND {Quote(folder)} ({flags}) \"{when}\" {{{content.Length}}}\r\n"));
        _stream.Flush();
        Assert.StartsWith("+", ReadLine(), StringComparison.Ordinal);
        _stream.Write(content);
        _stream.Write("\r\n"u8);
        _stream.Flush();
        string line;
        do
        {
            line = ReadResponse();
        }
        while (!line.StartsWith(tag, StringComparison.Ordinal));
        return line.StartsWith(tag + " OK", StringComparison.Ordinal);
    }

    /// <summary>Folders that can be opened; a mere level above others is none.</summary>
    public List<string> Folders() =>
        [.. Send("LIST \"\" *").Where(l => !Level().IsMatch(l)).Select(Name).Order(StringComparer.Ordinal)];

    public List<string> Subscriptions() => [.. Send("LSUB \"\" *").Select(Name).Order(StringComparer.Ordinal)];

    /// <summary>Every mail of every folder: folder, internal date, flags and keywords, size, digest of its bytes; and the folders themselves.</summary>
    public List<string> View()
    {
        var view = new List<string>();
        view.AddRange(Subscriptions().Select(s => "subscribed " + s));
        foreach (string folder in Folders())
        {
            view.Add("folder " + folder);
            view.AddRange(Mails(folder).Order(StringComparer.Ordinal).Select(m => folder + " " + m));
        }

        return view;
    }

    /// <summary>Internal date, flags, size and digest of each mail of a folder.</summary>
    public List<string> Mails(string folder)
    {
        Send($"EXAMINE {Quote(folder)}");
        var mails = new List<string>();
        foreach (string line in Send("UID FETCH 1:* (FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])").Where(l => l.Contains(" FETCH ", StringComparison.Ordinal)))
        {
            string flags = string.Join(' ', FlagList().Match(line).Groups[1].Value.Split(' ').Where(f => f != "\\Recent").Order(StringComparer.Ordinal));
            mails.Add($"{Date().Match(line).Groups[1].Value} ({flags}) {Size().Match(line).Groups[1].Value} {Content().Match(line).Groups[1].Value}");
        }

        return mails;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private static string Name(string response) => FolderName().Match(response) is { Success: true } m ? m.Groups[1].Value + m.Groups[2].Value : response;

    private string ReadResponse()
    {
        var text = new StringBuilder();
        while (true)
        {
            string line = ReadLine();
            if (Literal().Match(line) is not { Success: true } literal)
            {
                return text.Append(line).ToString();
            }

            var bytes = new byte[int.Parse(literal.Groups[1].Value, CultureInfo.InvariantCulture)];
            _stream.ReadExactly(bytes);
            text.Append(line.AsSpan(0, literal.Index)).Append('{').Append(Convert.ToHexString(SHA256.HashData(bytes))).Append('}');
        }
    }

    private string ReadLine()
    {
        var bytes = new List<byte>();
        while (true)
        {
            int b = _stream.ReadByte();
            if (b < 0)
            {
                throw new EndOfStreamException("The server has closed the connection.");
            }

            if (b == '\n')
            {
                return Encoding.UTF8.GetString([.. bytes]).TrimEnd('\r');
            }

            bytes.Add((byte)b);
        }
    }

    [GeneratedRegex(@"\\(Noselect|NonExistent)", RegexOptions.IgnoreCase)]
    private static partial Regex Level();

    [GeneratedRegex(@"\{(\d+)\}$")]
    private static partial Regex Literal();

    [GeneratedRegex(@"FLAGS \(([^)]*)\)")]
    private static partial Regex FlagList();

    [GeneratedRegex("INTERNALDATE \"([^\"]*)\"")]
    private static partial Regex Date();

    [GeneratedRegex(@"RFC822\.SIZE (\d+)")]
    private static partial Regex Size();

    [GeneratedRegex(@"BODY\[\] \{([0-9A-F]+)\}")]
    private static partial Regex Content();

    [GeneratedRegex("(?:LIST|LSUB) \\([^)]*\\) (?:\"[^\"]*\"|NIL) (?:\"(.*)\"|([^\" ]+))$")]
    private static partial Regex FolderName();
}
