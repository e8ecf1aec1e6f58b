using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MailBackup.Cli.Output;

/// <summary>
/// Writes lines of text and of JSON to one byte stream, in order and through one bounded buffer. Text meant for people is cleaned by its
/// writer (<see cref="TextCleaner"/>), not here.
/// </summary>
internal sealed class OutputWriter(Stream stream, bool flushLines) : IDisposable
{
    private const int FlushSize = 32 * 1024;

    // Mail is written in every script: readable UTF-8 rather than \u escapes. Control characters stay escaped.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _buffer = new(FlushSize + 4096);
    private Utf8JsonWriter? _json;

    public void Line(ReadOnlySpan<char> text = default)
    {
        Encoding.UTF8.GetBytes(text, _buffer);
        EndLine();
    }

    /// <summary>One value as one line of JSON.</summary>
    public void JsonLine<T>(Action<Utf8JsonWriter, T> write, T value)
    {
        _json ??= new Utf8JsonWriter(_buffer, JsonOptions);
        _json.Reset(_buffer);
        write(_json, value);
        _json.Flush();
        EndLine();
    }

    /// <summary>The stream itself, for content. Nothing stays behind in the buffer.</summary>
    public Stream BeginRaw()
    {
        Flush();
        return stream;
    }

    public void Flush()
    {
        if (_buffer.WrittenCount > 0)
        {
            stream.Write(_buffer.WrittenSpan);
            _buffer.ResetWrittenCount();
        }

        stream.Flush();
    }

    private void EndLine()
    {
        _buffer.Write("\n"u8);
        if (flushLines || _buffer.WrittenCount >= FlushSize)
        {
            Flush();
        }
    }

    /// <summary>The one form that JSON of an error takes, for a stream of text.</summary>
    public static string ToJsonText<T>(Action<Utf8JsonWriter, T> write, T value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            write(json, value);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public void Dispose() => _json?.Dispose();
}
