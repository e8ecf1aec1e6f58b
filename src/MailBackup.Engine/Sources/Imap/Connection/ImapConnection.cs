using System.Globalization;
using System.Text;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Connection;

/// <summary>
/// One connection, used by one task at a time. Commands may be sent one behind another without waiting (<see cref="Send"/>); what the server answers is
/// taken event by event (<see cref="NextAsync"/>), so that a mail is streamed and never held.
/// </summary>
internal sealed partial class ImapConnection : IDisposable
{
    private readonly Transport _transport;
    private readonly ResponseFramer _framer = new();
    private readonly List<byte> _output = [];
    private readonly Dictionary<string, StatusLine> _answered = new(StringComparer.Ordinal);
    private readonly byte[] _buffer;
    private int _start, _end, _consumed;
    private int _tag;
    private bool _opened;

    /// <param name="buffer">Bytes that are read at one time: few for a connection that waits most of its life.</param>
    public ImapConnection(Transport transport, int buffer = 64 << 10) => (_transport, _buffer) = (transport, new byte[buffer]);

    public Capabilities Capabilities { get; private set; } = Capabilities.None;

    /// <summary>Names of folders come and go in UTF-8.</summary>
    public bool Utf8 { get; set; }

    /// <summary>The server tells of expunged messages by UID (VANISHED, RFC 7162).</summary>
    public bool Qresync { get; private set; }

    /// <summary>The folder that is open here, as a key; the user of the connection keeps it.</summary>
    public string? Selected { get; set; }

    public Transport Transport => _transport;

    /// <summary>Sees every response before whoever waits for it does; null for nobody.</summary>
    public ResponseTaker? Observer { get; set; }

    /// <summary>The response as far as it has come; valid until the next call of <see cref="NextAsync"/>.</summary>
    public ReadOnlySpan<byte> Text => _framer.Text;

    public long LiteralLength => _framer.LiteralLength;

    /// <summary>The bytes of <see cref="FrameEvent.LiteralData"/>; valid until the next call of <see cref="NextAsync"/>.</summary>
    public ReadOnlyMemory<byte> Data => _buffer.AsMemory(_start - _consumed, _consumed);

    public void StreamLiteral() => _framer.StreamLiteral();

    /// <summary>
    /// The next event that is not <see cref="FrameEvent.NeedInput"/>. What changes the connection itself is noted on the way. Throws
    /// <see cref="ImapConnectionException"/>, also when the server says good-bye.
    /// </summary>
    public async ValueTask<FrameEvent> NextAsync()
    {
        while (true)
        {
            var e = _framer.Next(_buffer.AsSpan(_start, _end - _start), out _consumed);
            _start += _consumed;
            if (e == FrameEvent.Response)
            {
                Note();
                Observer?.Invoke(Text);
            }

            if (e != FrameEvent.NeedInput)
            {
                return e;
            }

            await FlushAsync().ConfigureAwait(false);
            (_start, _end) = (0, 0);
            _end = await _transport.ReadAsync(_buffer).ConfigureAwait(false);
            if (_end == 0)
            {
                throw new ImapConnectionException("the server closed the connection");
            }
        }
    }

    /// <summary>Puts a command behind those that were sent, and returns its tag. It goes out at the next flush. It has no literals to wait for.</summary>
    public string Send(ImapCommand command)
    {
        var parts = command.Parts;
        if (parts.Count != 1)
        {
            throw new InvalidOperationException("The command has literals that the server must ask for.");
        }

        string tag = NextTag();
        Put(tag, parts[0]);
        return tag;
    }

    public string Send(string command) => Send(new ImapCommand(command));

    /// <summary>Sends a command and waits for its end. Throws <see cref="ImapCommandException"/> when the server refuses it.</summary>
    public async ValueTask<StatusLine> RunAsync(ImapCommand command, ResponseTaker? take = null)
    {
        var parts = command.Parts;
        string tag = NextTag();
        Put(tag, parts[0], newLine: parts.Count == 1);
        for (int i = 1; i < parts.Count; i++)
        {
            await AskedForAsync(tag, take).ConfigureAwait(false);
            _output.AddRange(parts[i]);
            if (i == parts.Count - 1)
            {
                _output.AddRange("\r\n"u8);
            }
        }

        return await WaitAsync(tag, take).ConfigureAwait(false);
    }

    public ValueTask<StatusLine> RunAsync(string command, ResponseTaker? take = null) => RunAsync(new ImapCommand(command), take);

    /// <summary>Takes responses until the command with this tag has ended. Throws <see cref="ImapCommandException"/> when it was refused.</summary>
    /// <param name="passOver">A literal that is too large to be held is passed over; in the response only its length stands then. Else it is an error.</param>
    public async ValueTask<StatusLine> WaitAsync(string tag, ResponseTaker? take = null, bool passOver = false)
    {
        while (!_answered.ContainsKey(tag))
        {
            var e = await NextAsync().ConfigureAwait(false);
            if (e == FrameEvent.Response)
            {
                take?.Invoke(Text);
            }
            else if (e == FrameEvent.Literal && passOver && !_framer.CanHold)
            {
                StreamLiteral();
            }
        }

        return Outcome(tag)!;
    }

    /// <summary>How the command with this tag ended; null while it has not. Throws <see cref="ImapCommandException"/> when it was refused.</summary>
    public StatusLine? Outcome(string tag)
    {
        if (!_answered.Remove(tag, out var status))
        {
            return null;
        }

        return status.Kind == StatusKind.Ok ? status : throw new ImapCommandException(status);
    }

    /// <summary>The server's greeting. Throws when it is not one.</summary>
    public async ValueTask<StatusLine> GreetingAsync()
    {
        if (await NextAsync().ConfigureAwait(false) != FrameEvent.Response || ResponseLine.Parse(Text) is not { IsUntagged: true, Status: { Kind: StatusKind.Ok or StatusKind.PreAuth } status })
        {
            throw new ImapProtocolException("it does not greet as an IMAP server does");
        }

        return status;
    }

    /// <summary>One line to the server that is no command: an answer within AUTHENTICATE.</summary>
    public void Answer(string text) => _output.AddRange(Encoding.ASCII.GetBytes(text + "\r\n"));

    /// <summary>Waits until the server asks to go on; the words of its question. Throws when it has refused the command instead.</summary>
    public async ValueTask<string> AskedForAsync(string tag, ResponseTaker? take = null)
    {
        while (true)
        {
            if (await NextAsync().ConfigureAwait(false) != FrameEvent.Response)
            {
                continue;
            }

            var line = ResponseLine.Parse(Text);
            if (line.IsContinuation)
            {
                return Encoding.UTF8.GetString(line.Body);
            }

            if (Outcome(tag) is { } status)
            {
                throw new ImapProtocolException($"the server ended a command before it was complete: {status.Text}");
            }

            take?.Invoke(Text);
        }
    }

    public ValueTask FlushAsync() => DrainAsync(flush: true);

    /// <summary>
    /// Says something while <see cref="NextAsync"/> waits for the server, with nothing else on its way: a command, whose tag is returned, or without one the
    /// end of an IDLE (RFC 2177).
    /// </summary>
    public async ValueTask<string?> InterruptAsync(string? command)
    {
        string? tag = command is null ? null : NextTag();
        await _transport.WriteAsync(Encoding.ASCII.GetBytes(tag is null ? "DONE\r\n" : $"{tag} {command}\r\n"), flush: true).ConfigureAwait(false);
        return tag;
    }

    /// <summary>Both directions are compressed from here on.</summary>
    public void Compress()
    {
        _transport.Compress(_buffer[_start.._end]);
        (_start, _end) = (0, 0);
    }

    /// <summary>Nothing that was said before TLS counts after it, neither capabilities nor bytes that somebody has slipped in.</summary>
    public void Forget()
    {
        if (_end > _start)
        {
            throw new ImapProtocolException("the server said more than it should before the encryption began");
        }

        Capabilities = Capabilities.None;
    }

    /// <summary>
    /// Has the server tell of expunged messages by UID, where it can: asked for behind what was sent, and taken for granted, since who offers QRESYNC must enable
    /// it. False where it is not offered, or too late because a folder has been opened (RFC 5161 §3.1).
    /// </summary>
    public bool EnableQresync()
    {
        if (!Qresync && !_opened && Capabilities.Has("QRESYNC") && Capabilities.Has("ENABLE"))
        {
            Send("ENABLE QRESYNC");
            Qresync = true;
        }

        _opened = true;
        return Qresync;
    }

    public void Abort(string why) => _transport.Abort(why);

    /// <summary>Says good-bye without waiting for an answer.</summary>
    public async ValueTask LogoutAsync()
    {
        try
        {
            Send("LOGOUT");
            await FlushAsync().ConfigureAwait(false);
        }
        catch (ImapConnectionException)
        {
            // It has gone already.
        }
        finally
        {
            Dispose();
        }
    }

    public void Dispose() => _transport.Dispose();

    private string NextTag() => string.Create(CultureInfo.InvariantCulture, $"m{++_tag}");

    private void Put(string tag, byte[] command, bool newLine = true)
    {
        _output.AddRange(Encoding.ASCII.GetBytes(tag + " "));
        _output.AddRange(command);
        if (newLine)
        {
            _output.AddRange("\r\n"u8);
        }
    }

    private void Note()
    {
        var line = ResponseLine.Parse(Text);
        if (line.Is("CAPABILITY"u8))
        {
            Capabilities = Capabilities.Parse(Encoding.ASCII.GetString(line.Body));
        }

        if (line.Status is not { } status)
        {
            return;
        }

        if (status.Is("CAPABILITY"))
        {
            Capabilities = Capabilities.Parse(status.Arguments);
        }

        if (!line.IsUntagged)
        {
            _answered[Encoding.ASCII.GetString(line.Tag)] = status;
        }
        else if (status.Kind == StatusKind.Bye)
        {
            throw new ImapConnectionException($"the server closed the connection: {status.Text}");
        }
    }
}

/// <summary>Takes one complete response; the text is valid during the call only.</summary>
internal delegate void ResponseTaker(ReadOnlySpan<byte> text);
