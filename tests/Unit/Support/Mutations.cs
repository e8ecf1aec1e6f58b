using System.Globalization;

namespace MailBackup.Tests.Support;

/// <summary>
/// Breaks valid files at random: flips bits, cuts, inserts, copies pieces about. Each round has a seed of its own, which a failure prints;
/// <c>MAILBACKUP_FUZZ_SEED</c> replays that one round, <c>MAILBACKUP_FUZZ_ROUNDS</c> makes more of them.
/// </summary>
internal static class Mutations
{
    private static readonly int[] Sizes = [1, 1, 1, 2, 4, 16, 64, 512];

    public static void Run(int rounds, Action<Random> round)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("MAILBACKUP_FUZZ_SEED"), CultureInfo.InvariantCulture, out int only))
        {
            round(new Random(only));
            return;
        }

        if (int.TryParse(Environment.GetEnvironmentVariable("MAILBACKUP_FUZZ_ROUNDS"), CultureInfo.InvariantCulture, out int more))
        {
            rounds = more;
        }

        for (int seed = 0; seed < rounds; seed++)
        {
            try
            {
                round(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed} fails: MAILBACKUP_FUZZ_SEED={seed} replays it. {e.GetType().Name}: {e.Message}", e);
            }
        }
    }

    public static byte[] Mutate(Random random, byte[] valid)
    {
        var bytes = valid.ToList();
        for (int change = random.Next(1, 4); change > 0 && bytes.Count > 1; change--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(Sizes[random.Next(Sizes.Length)], bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    byte[] noise = new byte[length];
                    random.NextBytes(noise);
                    bytes.InsertRange(at, noise);
                    break;
                case 4:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                default:
                    for (int i = at; i < at + length; i++)
                    {
                        bytes[i] = 0;
                    }

                    break;
            }
        }

        return [.. bytes];
    }
}
