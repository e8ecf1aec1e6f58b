using Spectre.Console;
using Spectre.Console.Rendering;

namespace MailBackup.Display;

/// <summary>
/// Shows snapshots on a terminal, each over the one before, on its other screen, so that what was there comes back. It writes escape sequences itself:
/// the console's own class would switch modes of the terminal and leave them.
/// </summary>
/// <param name="write">Takes text for the terminal.</param>
/// <param name="size">Columns and rows, asked before each picture.</param>
/// <param name="colors">False leaves colours out.</param>
public sealed class StatusScreen(Action<string> write, Func<(int Columns, int Rows)> size, bool colors)
{
    private const string Enter = "\u001b[?1049h\u001b[?25l", Leave = "\u001b[?25h\u001b[?1049l";
    private const string Home = "\u001b[H", EraseLine = "\u001b[K", EraseBelow = "\u001b[J";

    /// <summary>Runs until the goal is reached, or until it is cancelled, which is no error. The last picture stays.</summary>
    /// <param name="goal">Null: until it is cancelled.</param>
    public async Task RunAsync(StatusReader reader, StatusGoal? goal, TimeSpan every, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(reader);
        StatusSnapshot? last = null;
        write(Enter);
        try
        {
            while (!token.IsCancellationRequested)
            {
                last = await reader.ReadAsync(wait: false, token).ConfigureAwait(false);
                write(Picture(last));
                if (goal is { } reached && last.Reaches(reached))
                {
                    break;
                }

                await Task.Delay(every, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
        }
        finally
        {
            write(Leave);
        }

        if (last is not null)
        {
            write(string.Concat(Lines(last, size().Columns, colors).Select(l => l + "\n")));
        }
    }

    /// <summary>Waits, showing nothing, until the goal is reached. Throws <see cref="OperationCanceledException"/>.</summary>
    /// <param name="goal">Null: not at all.</param>
    public static async Task<StatusSnapshot> WaitAsync(StatusReader reader, StatusGoal? goal, TimeSpan every, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(reader);
        while (true)
        {
            var status = await reader.ReadAsync(wait: true, token).ConfigureAwait(false);
            if (goal is not { } wanted || status.Reaches(wanted))
            {
                return status;
            }

            await Task.Delay(every, token).ConfigureAwait(false);
        }
    }

    /// <summary>A snapshot as lines of text, at most so wide.</summary>
    public static IReadOnlyList<string> Lines(StatusSnapshot status, int width, bool colors) => Render(StatusView.Build(status, width), width, colors);

    internal static IReadOnlyList<string> Render(IRenderable picture, int width, bool colors)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colors ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colors ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new FixedOutput(text, width),
        });
        console.Profile.Capabilities.Unicode = true;
        console.Write(picture);
        return [.. text.ToString().TrimEnd('\n', '\r').Split('\n').Select(l => l.TrimEnd('\r', ' '))];
    }

    private string Picture(StatusSnapshot status)
    {
        var (columns, rows) = size();
        var lines = Lines(status, columns, colors);

        // A line too many would scroll. Of what does not fit, the end is left out.
        var shown = lines.Take(Math.Max(1, rows));
        return Home + string.Join("\r\n", shown.Select(l => l + EraseLine)) + EraseBelow;
    }

    private sealed class FixedOutput(TextWriter writer, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => width;

        public int Height => 1_000;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
